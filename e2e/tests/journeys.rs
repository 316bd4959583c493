//! The days of asuh in a real browser, as the people who do them: the Monday of SECANTING, from a list of
//! families to a signature for an egg; what goes wrong on a Monday (a bad file, a session that ended, an
//! impatient finger, a phone without JavaScript); a day at the posyandu, from the scales to the card; a list in Kapuas,
//! from the province's file to a frozen list; a run of pairs, from the admin over the regent to the sponsor; a
//! mentor's visit on a phone; the packages of a village of sixty families; and a kitchen's day.

mod journeys {
    mod delivery;
    pub(crate) mod desk;
    pub(crate) mod hand;
    mod kapuas;
    mod kitchen;
    mod monday;
    mod money;
    mod pairing;
    mod posyandu;
    mod roll;
    mod trouble;
    mod visit;
}

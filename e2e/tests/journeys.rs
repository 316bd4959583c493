//! The days of asuh in a real browser, as the people who do them: the Monday of SECANTING, from a list of
//! families to a signature for an egg; what goes wrong on a Monday (a bad file, a session that ended, an
//! impatient finger, a phone without JavaScript); and a day at the posyandu, from the scales to the card.

mod journeys {
    pub(crate) mod desk;
    mod monday;
    mod posyandu;
    mod trouble;
}

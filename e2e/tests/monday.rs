//! The Monday of SECANTING in a real browser, as the people who do it: from a list of families to a
//! signature for an egg. And what goes wrong on a Monday: a bad file, a session that ended, an
//! impatient finger, a phone without JavaScript.

mod monday {
    pub(crate) mod desk;
    mod journey;
    mod trouble;
}

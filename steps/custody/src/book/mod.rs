//! The books to print and to take away: cash book, stock cards, what each holder has, and the statement of a fund.

pub(super) mod pages;
pub(super) mod query;

//! Indonesian identifiers, money, dates and numbers.

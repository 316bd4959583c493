//! Where a list that is worked out goes on: after a line, however many lines before it have gone since.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use asuh_nusantara::day_number;
use asuh_store::Id;
use time::Date;


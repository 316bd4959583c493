//! Who helps whom, and fair shares of a pooled stock.

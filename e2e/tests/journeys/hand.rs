//! What a person does on a page and how long it takes: the journeys that have a limit of seconds count it here.
//!
//! The limits are for a person, so a journey counts what she does and what the machine takes meanwhile, and adds to it by the
//! keystroke-level model (Card, Moran and Newell 1980): 0.2 s for an average typist's key, and 1.35 s of thought before
//! each decision. A tap is a pointing of about 0.4 s with the finger back; a stroke of the thumb along the page is as long.

#![allow(clippy::disallowed_methods, reason = "says how long a person takes in real time")]

use std::iter::Sum;
use std::time::{Duration, Instant};

use e2e::{Error, Result};

use super::desk::Desk;

const TAP: f64 = 0.75;
const STROKE: f64 = 0.75;
const KEY: f64 = 0.2;
const THOUGHT: f64 = 1.35;
/// What a finger needs, in pixels.
pub(crate) const FINGER: f64 = 44.0;

/// Somebody at work: what is done from [`Hand::begins`] to [`Hand::rests`].
pub(crate) struct Hand {
    work: Work,
    began: Instant,
}

impl Hand {
    pub(crate) fn begins() -> Hand {
        Hand { work: Work::default(), began: Instant::now() }
    }

    /// Taps on what is in sight.
    pub(crate) fn taps(&mut self, times: usize) {
        self.work.taps += times;
    }

    /// Taps that a stroke of the thumb leads to.
    pub(crate) fn reaches(&mut self, times: usize) {
        self.work.strokes += times;
        self.work.taps += times;
    }

    pub(crate) fn keys(&mut self, times: usize) {
        self.work.keys += times;
    }

    /// Writes texts: a key for each letter.
    pub(crate) fn writes(&mut self, texts: &[&str]) {
        self.keys(texts.iter().map(|text| text.chars().count()).sum());
    }

    /// Decisions that are thought about.
    pub(crate) fn thinks(&mut self, times: usize) {
        self.work.thoughts += times;
    }

    /// It is done; what follows is only looked at.
    pub(crate) fn rests(self) -> Work {
        Work { machine: self.began.elapsed(), ..self.work }
    }
}

/// What was done.
#[derive(Clone, Copy, Default)]
pub(crate) struct Work {
    taps: usize,
    strokes: usize,
    keys: usize,
    thoughts: usize,
    machine: Duration,
}

impl Sum for Work {
    fn sum<I: Iterator<Item = Work>>(parts: I) -> Work {
        parts.fold(Work::default(), |sum, part| Work {
            taps: sum.taps + part.taps,
            strokes: sum.strokes + part.strokes,
            keys: sum.keys + part.keys,
            thoughts: sum.thoughts + part.thoughts,
            machine: sum.machine + part.machine,
        })
    }
}

impl Work {
    /// How long a person takes for it, in seconds.
    fn seconds(&self) -> f64 {
        let moves = [(self.taps, TAP), (self.strokes, STROKE), (self.keys, KEY), (self.thoughts, THOUGHT)];
        moves.iter().map(|(times, each)| *times as f64 * each).sum::<f64>() + self.machine.as_secs_f64()
    }

    /// Prints what it took, and fails where that is more than so many seconds.
    pub(crate) fn judge(&self, what: &str, most: f64) -> Result<()> {
        let Work { taps, strokes, keys, thoughts, machine } = self;
        let seconds = self.seconds();
        println!(
            "{what}: {taps} taps, {strokes} strokes, {keys} keys, {thoughts} thoughts, {:.1} s of the machine, {seconds:.0} s \
             in all",
            machine.as_secs_f64()
        );
        if seconds <= most { Ok(()) } else { Err(Error::new(format!("{what}: {seconds:.0} s"))) }
    }
}

/// The height in pixels of the lowest thing that these selectors find and that is there to be tapped.
pub(crate) async fn lowest(desk: &Desk, selectors: &str) -> Result<f64> {
    let lowest = format!(
        "Math.min(...[...document.querySelectorAll('{selectors}')]\
         .map(e => e.getBoundingClientRect().height).filter(h => h > 0))"
    );
    Ok(desk.ask(&lowest).await?.as_f64().unwrap_or_default())
}

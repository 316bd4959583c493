//! Random histories against a plain model: a number per place and fund, and three sums.

use crate::world::{account, books, id, line};
use asuh_ledger::AccountKind::{Courier, Giver, Household, OfficePost, Transit, Warehouse, Waste};
use asuh_ledger::{
    Account, AccountKind, Auditor, Books, Commodity, Fund, LedgerError, Posted, Transfer, TransferId,
    reversal_of,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const PLACES: [(AccountKind, u8); 9] = [
    (Giver, 0),
    (OfficePost, 0),
    (OfficePost, 1),
    (Transit, 0),
    (Warehouse, 0),
    (Warehouse, 1),
    (Courier, 0),
    (Household, 0),
    (Waste, 0),
];
const FUNDS: [Fund; 2] = [Fund::ASN, Fund::ZAKAT];

type Place = (AccountKind, u8, Fund);

fn place((kind, number, fund): Place) -> Account {
    account(kind, number, fund, Commodity::EGG)
}

fn all_accounts() -> impl Iterator<Item = Account> {
    FUNDS.into_iter().flat_map(|fund| PLACES.map(|(kind, number)| place((kind, number, fund))))
}

#[derive(Clone, Debug)]
enum Op {
    Move(Vec<(Place, Place, i64)>),
    Reverse(prop::sample::Index),
    Repeat(prop::sample::Index),
}

fn moves(from: &'static [usize], to: &'static [usize]) -> impl Strategy<Value = Op> {
    prop::sample::select(&FUNDS[..]).prop_flat_map(move |fund| {
        let one = (prop::sample::select(from), prop::sample::select(to), 1..60i64).prop_filter_map(
            "goods go to another place",
            move |(from, to, amount)| {
                let at = |place: usize| (PLACES[place].0, PLACES[place].1, fund);
                (from != to).then(|| (at(from), at(to), amount))
            },
        );
        prop::collection::vec(one, 1..5).prop_map(Op::Move)
    })
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => moves(&[0], &[1, 2]),
        5 => moves(&[1, 2, 3, 4, 5, 6], &[1, 2, 3, 4, 5, 6]),
        2 => moves(&[4, 6], &[7]),
        1 => moves(&[1, 2, 3, 4, 5, 6], &[8]),
        2 => any::<prop::sample::Index>().prop_map(Op::Reverse),
        1 => any::<prop::sample::Index>().prop_map(Op::Repeat),
    ]
}

/// What a village clerk would keep: how many eggs lie where.
#[derive(Clone, Default)]
struct Model(BTreeMap<Place, i64>);

impl Model {
    /// Line by line: none takes more than is there when its turn comes.
    fn moved(&self, lines: &[(Place, Place, i64)]) -> Option<Self> {
        let mut next = self.clone();
        let held = |(kind, _, _): &Place| !matches!(kind, Giver | Waste);
        for (from, to, amount) in lines {
            let there = next.0.entry(*from).or_default();
            *there -= amount;
            if *there < 0 && held(from) {
                return None;
            }
            *next.0.entry(*to).or_default() += amount;
        }
        Some(next)
    }

    fn sum(&self, fund: Fund, kinds: &[AccountKind]) -> i64 {
        self.0
            .iter()
            .filter(|((kind, _, of), _)| *of == fund && kinds.contains(kind))
            .map(|(_, eggs)| eggs)
            .sum()
    }
}

fn assert_same(books: &Books, model: &Model) {
    for (account, balance) in books.balances() {
        let known = model.0.iter().find(|(at, _)| place(**at) == *account);
        assert_eq!(balance, known.map_or(0, |(_, eggs)| *eggs), "{account:?}");
        assert!(balance >= 0 || !account.kind.is_custody(), "{account:?}");
    }
    for fund in FUNDS {
        let came_in = -model.sum(fund, &[Giver]);
        let stock = model.sum(fund, &[OfficePost, Transit, Warehouse, Courier]);
        let (went_out, written_off) = (model.sum(fund, &[Household]), model.sum(fund, &[Waste]));
        assert_eq!(came_in, went_out + stock + written_off, "{fund}");
        assert_eq!(books.total(Commodity::EGG, fund), 0, "{fund}");
    }
}

/// What lies at a place is of lots, in the order in which it is given out, and nothing of a lot is gone.
fn assert_lots(books: &Books) {
    let mut of_lot: BTreeMap<_, i64> = BTreeMap::new();
    for (account, balance) in books.balances() {
        let rests = books.rests(&account.id);
        assert!(rests.is_sorted() && rests.iter().all(|rest| rest.amount > 0), "{account:?}");
        if !account.kind.is_outside() {
            assert_eq!(rests.iter().map(|rest| rest.amount).sum::<i64>(), balance, "{account:?}");
        }
        for rest in rests {
            *of_lot.entry(rest.lot).or_default() += rest.amount;
        }
    }
    let mut born: BTreeMap<_, i64> = BTreeMap::new();
    for transfer in books.log() {
        let takes = books.takes(&transfer.id);
        for (place, line) in transfer.lines.iter().enumerate() {
            let taken = takes.iter().filter(|take| take.line == place);
            assert_eq!(taken.map(|take| take.amount).sum::<i64>(), line.amount.units());
            let from = books.account(&line.from).expect("an open account");
            if from.kind.is_outside() && transfer.reverses.is_none() {
                for take in takes.iter().filter(|take| take.line == place) {
                    *born.entry(take.lot).or_default() += take.amount;
                }
            }
        }
    }
    assert_eq!(of_lot, born);
}

/// Runs a history on both; after every step they must agree.
fn live_through(ops: Vec<Op>) -> (Books, u32) {
    let (mut books, mut model) = (books(all_accounts()), Model::default());
    let mut moved: BTreeMap<u64, Vec<(Place, Place, i64)>> = BTreeMap::new();
    let mut taken_back = BTreeSet::new();
    let mut refusals = 0;
    for (number, op) in (0_u64..).zip(ops) {
        let pick = |index: prop::sample::Index| {
            let log = books.log();
            (!log.is_empty()).then(|| log[index.index(log.len())].clone())
        };
        let (transfer, expected) = match op {
            Op::Move(lines) => {
                let expected = model.moved(&lines);
                let as_lines = lines.iter().map(|(from, to, eggs)| line(place(*from), place(*to), *eggs));
                let lines_of =
                    Transfer { id: id(number), day: 20_000, reverses: None, lines: as_lines.collect() };
                moved.insert(number, lines);
                (lines_of, expected)
            }
            Op::Reverse(index) => {
                let Some(original) = pick(index) else { continue };
                let lines = moved.get(&number_of(original.id));
                let back = lines.map(|lines| lines.iter().rev().map(|(from, to, eggs)| (*to, *from, *eggs)));
                let expected = back
                    .filter(|_| !taken_back.contains(&original.id))
                    .and_then(|back| model.moved(&back.collect::<Vec<_>>()));
                if expected.is_some() {
                    taken_back.insert(original.id);
                }
                (reversal_of(&original, id(number), 20_001), expected)
            }
            Op::Repeat(index) => {
                let Some(again) = pick(index) else { continue };
                assert_eq!(books.post(again), Ok(Posted::Already));
                assert_same(&books, &model);
                continue;
            }
        };
        match (books.post(transfer), expected) {
            (Ok(posted), Some(next)) => {
                assert_eq!(posted, Posted::New);
                model = next;
            }
            (Err(LedgerError::Short { .. }), None) => refusals += 1,
            (Err(LedgerError::AlreadyReversed { .. } | LedgerError::ReversalOfReversal(_)), None) => {
                refusals += 1
            }
            (result, expected) => panic!("{result:?}, but the model can: {}", expected.is_some()),
        }
        assert_same(&books, &model);
    }
    assert_lots(&books);
    (books, refusals)
}

fn number_of(transfer: TransferId) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&transfer.as_bytes()[8..]);
    u64::from_be_bytes(bytes)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_agrees_with_the_model_and_replays(ops in prop::collection::vec(op(), 1..60)) {
        let (lived, _) = live_through(ops);

        let mut replayed = books(all_accounts());
        for transfer in lived.log() {
            prop_assert_eq!(replayed.post(transfer.clone()), Ok(Posted::New));
        }
        prop_assert_eq!(&replayed, &lived);

        let mut auditor = Auditor::new();
        lived.balances().for_each(|(account, _)| auditor.account(account));
        for transfer in lived.log() {
            transfer.reverses.into_iter().for_each(|original| auditor.reversal(transfer.id, original));
        }
        lived.log().iter().for_each(|transfer| auditor.transfer(transfer));
        lived.balances().for_each(|(account, balance)| auditor.balance(&account.id, balance));
        prop_assert_eq!(auditor.finish().findings, vec![]);
    }
}

/// The histories are worth running: they record, reverse and refuse.
#[test]
fn the_histories_reach_every_corner() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let ops = prop::collection::vec(op(), 400..401).new_tree(&mut runner).expect("a history").current();
    let (lived, refusals) = live_through(ops);
    let reversals = lived.log().iter().filter(|transfer| transfer.reverses.is_some()).count();
    assert!(lived.log().len() > 100 && reversals > 10 && refusals > 10);
}

/// Histories of 10,000 operations, the model beside the books at every step; at the end each is played again and must
/// give the same books. One in every test run, 256 by `cargo xtask ledger-sim` (`ASUH_LEDGER_HISTORIES`).
#[test]
fn long_histories_agree_with_the_model_and_replay() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    for seed in crate::world::seeds("ASUH_LEDGER_HISTORIES", 1) {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let ops =
            prop::collection::vec(op(), 10_000..10_001).new_tree(&mut runner).expect("a history").current();
        let (lived, refusals) = live_through(ops);
        let mut replayed = books(all_accounts());
        for transfer in lived.log() {
            assert_eq!(replayed.post(transfer.clone()), Ok(Posted::New), "seed {seed}");
        }
        assert_eq!(replayed, lived, "seed {seed}");
        println!("seed {seed}: {} transfers, {refusals} refused", lived.log().len());
    }
}

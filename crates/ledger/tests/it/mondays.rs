//! A year of Mondays in a made-up district, from one seed: everything that happens in the programme,
//! with slips, retries and damage, audited and sealed week by week.

use crate::world::{account, books, eggs, id, line};
use asuh_ledger::AccountKind::{
    Cooking, Courier, FundHolder, Giver, Household, Kitchen, Market, OfficePost, Transit, Warehouse, Waste,
};
use asuh_ledger::{
    Account, Auditor, Books, ChainHead, Commodity, Fund, Hash, LedgerError, Line, Posted, ReceiptProof,
    Transfer, reversal_of,
};

const OFFICES: u8 = 12;

/// SplitMix64: small, seeded, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `most`.
    fn up_to(&mut self, most: i64) -> i64 {
        (self.next() % (most.unsigned_abs() + 1)) as i64
    }

    fn one_in(&mut self, times: i64) -> bool {
        self.up_to(times - 1) == 0
    }
}

struct Simulator {
    dice: Dice,
    books: Books,
    today: i32,
    chain: ChainHead,
    sealed: usize,
    refused: u32,
    repeated: u32,
}

impl Simulator {
    fn new(seed: u64) -> Self {
        let egg_accounts = [Giver, Transit, Warehouse, Courier, Household, Waste].map(|kind| eggs(kind, 0));
        let offices = (0..OFFICES).map(|number| eggs(OfficePost, number));
        let accounts = egg_accounts.into_iter().chain(offices).chain(money()).chain(rice()).chain(pots());
        let (mut books, chain) = (books(accounts), ChainHead::start("ledger"));
        books.keeps(Commodity::EGG, 14);
        Self { dice: Dice(seed), books, today: 20_000, chain, sealed: 0, refused: 0, repeated: 0 }
    }

    fn held(&self, account: Account) -> i64 {
        self.books.balance(&account.id).expect("the district's accounts are open")
    }

    /// Posts lines that move something; a bad network sends some of them twice.
    fn post(&mut self, lines: impl IntoIterator<Item = Line>) {
        let lines: Vec<Line> = lines.into_iter().filter(|line| !line.amount.is_zero()).collect();
        if lines.is_empty() {
            return;
        }
        let number = self.books.log().len() as u64;
        let transfer = Transfer { id: id(number), day: self.today, reverses: None, lines };
        assert_eq!(self.books.post(transfer.clone()), Ok(Posted::New));
        if self.dice.one_in(5) {
            self.repeated += 1;
            assert_eq!(self.books.post(transfer), Ok(Posted::Already));
        }
    }

    fn collect(&mut self) {
        for number in 0..OFFICES {
            let (brought, broken) = (20 + self.dice.up_to(20), self.dice.up_to(3));
            let office = eggs(OfficePost, number);
            let to_waste = line(office, eggs(Waste, 0), broken);
            self.post([line(eggs(Giver, 0), office, brought), to_waste]);
        }
    }

    /// Some offices hand over at once, some next week; what broke on the way is written off.
    fn hand_over(&mut self) {
        for number in 0..OFFICES {
            if self.dice.one_in(4) {
                continue;
            }
            let office = eggs(OfficePost, number);
            self.post([line(office, eggs(Transit, 0), self.held(office))]);
            let arrived = self.held(eggs(Transit, 0));
            let broken = self.dice.up_to(2).min(arrived);
            let on_the_way = eggs(Transit, 0);
            self.post([
                line(on_the_way, eggs(Warehouse, 0), arrived - broken),
                line(on_the_way, eggs(Waste, 0), broken),
            ]);
        }
    }

    /// The week's tour: what nobody was home for goes back.
    fn deliver(&mut self) {
        let (warehouse, courier) = (eggs(Warehouse, 0), eggs(Courier, 0));
        let load = self.held(warehouse) * 3 / 4;
        self.post([line(warehouse, courier, load)]);
        let nobody_home = self.dice.up_to(load / 10);
        self.post([
            line(courier, eggs(Household, 0), load - nobody_home),
            line(courier, warehouse, nobody_home),
        ]);
    }

    /// Cash of a company comes in, and is spent on rice that goes out.
    fn buy(&mut self) {
        let ([giver, holder, market_cash], [market, store, family]) = (money(), rice());
        let given = self.dice.up_to(9) * 450_000;
        self.post([line(giver, holder, given)]);
        let kilos = self.dice.up_to(self.held(holder) / 15_000);
        self.post([line(holder, market_cash, kilos * 15_000), line(market, store, kilos * 1_000)]);
        let out = self.dice.up_to(self.held(store));
        self.post([line(store, family, out)]);
    }

    /// The kitchen gets eggs and rice of its fund, cooks them and hands out the portions.
    fn cook(&mut self) {
        let [store, kitchen_rice, pot_rice, pot, kitchen, family] = pots();
        let rice = self.dice.up_to(self.held(store).min(4_000));
        self.post([line(store, kitchen_rice, rice)]);
        let used = self.dice.up_to(self.held(kitchen_rice));
        let portions = used / 100;
        if portions > 0 {
            self.post([line(kitchen_rice, pot_rice, used), line(pot, kitchen, portions)]);
        }
        let eaten = self.dice.up_to(self.held(kitchen));
        self.post([line(kitchen, family, eaten)]);
    }

    /// The eggs are counted: what is missing is written off, what turns up is a lot of its own.
    fn count(&mut self) {
        let store = eggs(Warehouse, 0);
        let missing = self.dice.up_to(2).min(self.held(store));
        self.post([line(store, eggs(Waste, 0), missing)]);
        let found = self.dice.up_to(1);
        self.post([line(eggs(Waste, 0), store, found)]);
    }

    /// Somebody takes a transfer back, which goes as long as the goods are still there.
    fn slip(&mut self) {
        let log = self.books.log();
        let recent = log.len().min(30) as i64;
        let Some(original) = log.get(log.len() - 1 - self.dice.up_to(recent - 1) as usize).cloned() else {
            return;
        };
        let reversal = reversal_of(&original, id(log.len() as u64), self.today);
        match self.books.post(reversal) {
            Ok(posted) => assert_eq!(posted, Posted::New),
            Err(
                LedgerError::Short { .. }
                | LedgerError::AlreadyReversed { .. }
                | LedgerError::ReversalOfReversal(_),
            ) => self.refused += 1,
            Err(error) => panic!("{error}"),
        }
    }

    fn seal(&mut self) {
        let rows: Vec<Hash> =
            self.books.log()[self.sealed..].iter().map(|row| row.canonical().leaf()).collect();
        let batch = self.chain.seal(&rows, i64::from(self.today) * 86_400_000).expect("every week has rows");
        let seq = batch.first_seq + self.dice.next() % rows.len() as u64;
        let receipt = ReceiptProof::of(seq, &batch, &rows, self.chain.hash).expect("a row of the batch");
        assert_eq!(receipt.verify(), Ok(()));
        assert_eq!(receipt.leaf, self.books.log()[seq as usize - 1].canonical().leaf());
        self.chain = self.chain.follow(&batch).expect("the batch follows");
        assert_eq!(receipt.head, self.chain.hash);
        self.sealed = self.books.log().len();
    }

    fn check(&self) {
        let mut auditor = Auditor::new();
        self.books.balances().for_each(|(account, _)| auditor.account(account));
        for row in self.books.log() {
            row.reverses.into_iter().for_each(|original| auditor.reversal(row.id, original));
        }
        self.books.log().iter().for_each(|row| auditor.transfer(row));
        self.books.balances().for_each(|(account, balance)| auditor.balance(&account.id, balance));
        assert_eq!(auditor.finish().findings, []);
        let mut of_lots = 0;
        for (account, balance) in self.books.balances() {
            let rests = self.books.rests(&account.id);
            assert!(rests.is_sorted());
            let left: i64 = rests.iter().map(|rest| rest.amount).sum();
            if !account.kind.is_outside() {
                assert!(balance >= 0);
                assert_eq!(left, balance, "{account:?}");
            }
            of_lots += left;
        }
        let mut born = 0;
        for row in self.books.log().iter().filter(|row| row.reverses.is_none()) {
            for line in &row.lines {
                let from = self.books.account(&line.from).expect("an open account");
                born += if from.kind.is_outside() { line.amount.units() } else { 0 };
            }
        }
        assert_eq!(of_lots, born, "nothing of a lot is gone");
        for (fund, commodity) in
            [(Fund::ASN, Commodity::EGG), (Fund::CSR, Commodity::CASH), (Fund::CSR, Commodity::RICE)]
        {
            assert_eq!(self.books.total(commodity, fund), 0);
        }
    }

    fn week(&mut self) {
        self.collect();
        self.hand_over();
        self.deliver();
        self.buy();
        self.cook();
        if self.dice.one_in(4) {
            self.count();
        }
        for _ in 0..4 {
            self.slip();
        }
        self.seal();
        self.check();
        self.today += 7;
    }
}

/// Giver, fund holder and market.
fn money() -> [Account; 3] {
    [Giver, FundHolder, Market].map(|kind| account(kind, 0, Fund::CSR, Commodity::CASH))
}

/// Market, store and families.
fn rice() -> [Account; 3] {
    [Market, Warehouse, Household].map(|kind| account(kind, 0, Fund::CSR, Commodity::RICE))
}

/// Where the rice of a kitchen lies, what it becomes and who eats it.
fn pots() -> [Account; 6] {
    let of = |kind, commodity| account(kind, 0, Fund::CSR, commodity);
    let portion: Commodity = "porsi".parse().expect("a code");
    let [_, store, _] = rice();
    [
        store,
        of(Kitchen, Commodity::RICE),
        of(Cooking, Commodity::RICE),
        of(Cooking, portion),
        of(Kitchen, portion),
        of(Household, portion),
    ]
}

fn live(seed: u64, weeks: u32) -> Simulator {
    let mut district = Simulator::new(seed);
    (0..weeks).for_each(|_| district.week());
    district
}

#[test]
fn a_year_of_mondays_adds_up() {
    for seed in [1, 17_082_026] {
        let district = live(seed, 52);
        let reversed = district.books.log().iter().filter(|row| row.reverses.is_some()).count();
        assert!(district.books.log().len() > 1_500, "seed {seed}");
        assert!(reversed > 20 && district.refused > 20 && district.repeated > 200, "seed {seed}");
    }
}

/// Districts that live through a year of Mondays each: three in every test run, a thousand by `cargo xtask ledger-sim`
/// (`ASUH_LEDGER_DISTRICTS`).
#[test]
fn districts_live_through_a_year() {
    for seed in crate::world::seeds("ASUH_LEDGER_DISTRICTS", 3) {
        let district = live(seed, 52);
        println!("seed {seed}: {} transfers, head {}", district.books.log().len(), district.chain.hash);
    }
}

#[test]
fn one_seed_is_one_history() {
    let [once, again, other] = [7, 7, 8].map(|seed| live(seed, 8));
    assert_eq!((&once.books, &once.chain), (&again.books, &again.chain));
    assert_ne!(once.chain.hash, other.chain.hash);
}

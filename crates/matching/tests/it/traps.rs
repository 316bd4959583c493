//! People whom a careless search would take for one another, and one person who looks like two.

use asuh_matching::batch::{across, within};
use asuh_matching::{
    Agreement, Band, Birth, Field, Frequencies, Key, Nik, Precision, Profile, Record, Rule, Sex, Verdict,
    Weights, compare, compare_all,
};
use time::Date;
use time::macros::date;

const DAY: Date = date!(2023 - 05 - 12);
const VILLAGE: Option<i64> = Some(6_203_011_006);

/// A boy of two parents in a village, under no number.
fn child() -> Record<'static> {
    Record {
        birth: Some(Birth::on(DAY)),
        sex: Some(Sex::Male),
        name: "Rafa Pratama",
        mother: "Siti Khotimah",
        father: "Ahmad Rusdi",
        village: VILLAGE,
        rw: Some(1),
        rt: Some(2),
        ..Record::default()
    }
}

/// The head of a family as a KRS list has him, without a birth date.
fn head() -> Record<'static> {
    Record {
        kk: Some(Key(11)),
        kki: Some(Key(12)),
        sex: Some(Sex::Male),
        name: "Salundik Garu",
        partner: "Yustina Sahay",
        village: VILLAGE,
        ..Record::default()
    }
}

fn profile(record: &Record<'_>) -> Profile {
    Profile::read(record, &Frequencies::default())
}

fn judged(one: &Record<'_>, two: &Record<'_>) -> Verdict {
    let verdict = compare(&Weights::default(), &profile(one), &profile(two));
    assert_eq!(verdict, compare(&Weights::default(), &profile(two), &profile(one)));
    verdict
}

#[track_caller]
fn assert_judged(one: &Record<'_>, two: &Record<'_>, band: Band, rule: Option<Rule>) {
    let verdict = judged(one, two);
    assert_eq!((verdict.band, verdict.rule), (band, rule), "{}: {:?}", verdict.bits, verdict.findings);
}

#[test]
fn one_person_under_many_slips() {
    for other in [
        Record { name: "RAFA PRATAMA", ..child() },
        Record { name: "Raffa Pratama", mother: "St. Chotimah", ..child() },
        Record { birth: Some(Birth::on(date!(2023 - 12 - 05))), ..child() },
        Record { birth: Some(Birth::on(date!(2023 - 05 - 22))), ..child() },
        Record { birth: None, ..child() },
        Record { birth: Some(Birth { date: date!(2023 - 05 - 01), precision: Precision::Month }), ..child() },
        Record {
            birth: Some(Birth { date: date!(2024 - 01 - 01), precision: Precision::FromAge }),
            ..child()
        },
        Record { name: "Pratama Rafa", father: "", ..child() },
        Record { village: Some(6_203_092_004), ..child() },
        Record { mother: "Ahmad Rusdi", father: "", ..child() },
    ] {
        assert_judged(&child(), &other, Band::Same, None);
    }
    for other in [
        Record { name: "SALUNDIK  GARU", ..head() },
        Record { kk: Some(Key(99)), kki: None, ..head() },
        Record { name: "Garu Salundik", partner: "Justina Sahai", ..head() },
    ] {
        assert_judged(&head(), &other, Band::Same, None);
    }
}

#[test]
fn twins_are_two() {
    let other = Record { name: "Arka Pratama", ..child() };
    assert_judged(&child(), &other, Band::Different, Some(Rule::Twins));
    assert_judged(
        &Record { name: "Hasan", ..child() },
        &Record { name: "Husen", ..child() },
        Band::Different,
        Some(Rule::Twins),
    );
    // Two usual names a letter apart.
    assert_judged(
        &Record { name: "Rina", ..child() },
        &Record { name: "Rini", ..child() },
        Band::Different,
        Some(Rule::Twins),
    );
    assert_judged(
        &Record { name: "By Ny Siti Khotimah 1", ..child() },
        &Record { name: "By Ny Siti Khotimah 2", ..child() },
        Band::Different,
        Some(Rule::Twins),
    );
    // Their numbers differ too.
    assert_judged(
        &Record { nik: Nik::Whole(Key(1)), ..child() },
        &Record { nik: Nik::Whole(Key(2)), name: "Rafi Pratama", ..child() },
        Band::Different,
        Some(Rule::Twins),
    );
}

#[test]
fn brothers_and_sisters_are_two() {
    let younger = Record { birth: Some(Birth::on(date!(2025 - 08 - 30))), name: "Naura Pratama", ..child() };
    assert_judged(&child(), &younger, Band::Different, Some(Rule::Siblings));
    // Under the name of a brother who died, or a wrong date: somebody has to look.
    let namesake = Record { birth: Some(Birth::on(date!(2025 - 08 - 30))), ..child() };
    assert_judged(&child(), &namesake, Band::Ask, Some(Rule::OtherBirth));
}

#[test]
fn father_and_son_of_one_name_are_two() {
    let father = Record { birth: Some(Birth::on(date!(1990 - 05 - 12))), mother: "", father: "", ..child() };
    let son = Record { kk: Some(Key(5)), ..child() };
    assert_judged(&Record { kk: Some(Key(5)), ..father }, &son, Band::Different, Some(Rule::Generations));
}

#[test]
fn namesakes_in_another_village_are_two() {
    let other = Record { mother: "Rusmini", father: "Hamdani", village: Some(6_203_092_004), ..child() };
    assert_eq!(judged(&child(), &other).band, Band::Different);
    let head = Record { name: "Slamet", partner: "Sri", kk: None, kki: None, ..head() };
    assert_eq!(judged(&head, &Record { village: Some(6_203_092_004), ..head }).band, Band::Different);
}

#[test]
fn a_number_says_much_but_not_all() {
    let known = Record { nik: Nik::Whole(Key(1)), ..child() };
    assert_judged(&known, &Record { village: None, mother: "", father: "", ..known }, Band::Same, None);
    // Two numbers: one digit may be wrong.
    assert_judged(&known, &Record { nik: Nik::Whole(Key(2)), ..known }, Band::Ask, Some(Rule::TwoNumbers));
    // One of them does not fit its own birth date: it is the wrong one.
    assert_judged(&known, &Record { nik: Nik::Doubtful(Key(2)), ..known }, Band::Same, None);
    // One number for two people.
    let other = Record {
        name: "Siti Rohani",
        sex: Some(Sex::Female),
        birth: Some(Birth::on(date!(1980 - 02 - 03))),
        village: Some(6_203_092_004),
        mother: "",
        father: "",
        ..known
    };
    assert_judged(&known, &other, Band::Ask, Some(Rule::SharedNumber));
    // A twin under its brother's number.
    let twin = Record { name: "Arka Pratama", ..known };
    assert_judged(&known, &twin, Band::Ask, Some(Rule::SharedNumber));
}

#[test]
fn a_child_under_its_mothers_number() {
    let mother = Record {
        nik: Nik::Whole(Key(1)),
        name: "Siti Khotimah",
        sex: Some(Sex::Female),
        birth: Some(Birth::on(date!(1995 - 08 - 15))),
        village: VILLAGE,
        ..Record::default()
    };
    // Nobody noticed: asked. Noticed when it was read: not the same, and without effect on the child.
    let unnoticed = Record { nik: Nik::Whole(Key(1)), ..child() };
    assert_judged(&mother, &unnoticed, Band::Ask, Some(Rule::SharedNumber));
    let noticed = Record { nik: Nik::Dummy(Key(1)), ..child() };
    assert_eq!(judged(&mother, &noticed).band, Band::Different);
    assert_judged(&noticed, &Record { nik: Nik::Whole(Key(7)), ..child() }, Band::Same, None);
    // Two children under their mother's number stay two.
    let brother = Record {
        nik: Nik::Dummy(Key(1)),
        name: "Zaki",
        birth: Some(Birth::on(date!(2025 - 08 - 30))),
        ..child()
    };
    assert_eq!(judged(&noticed, &brother).band, Band::Different);
}

#[test]
fn husband_and_wife_under_each_others_numbers_are_two() {
    let man = Record { nik: Nik::Whole(Key(1)), birth: Some(Birth::on(date!(1988 - 03 - 04))), ..head() };
    let wife = Record {
        nik: Nik::Doubtful(Key(1)),
        birth: Some(Birth::on(date!(1991 - 10 - 20))),
        sex: Some(Sex::Female),
        name: "Yustina Sahay",
        partner: "Salundik Garu",
        ..head()
    };
    assert_judged(&man, &wife, Band::Different, Some(Rule::StrayNumber));
}

#[test]
fn a_newborn_without_a_name_is_found_again_unless_there_may_be_twins() {
    let unnamed = Record { name: "By Ny Siti Khotimah", ..child() };
    assert_judged(&unnamed, &child(), Band::Same, None);
    // Written down twice without a name, or twins whom nobody numbered.
    assert_judged(&unnamed, &Record { name: "Bayi Ny. Khotimah", ..child() }, Band::Ask, Some(Rule::Newborn));
    // One of two, nobody can say which.
    let numbered = Record { name: "By Ny Siti Khotimah 2", ..child() };
    assert_judged(&numbered, &child(), Band::Ask, Some(Rule::Newborn));
    let sister = Record { sex: Some(Sex::Female), ..unnamed };
    assert_judged(&sister, &child(), Band::Ask, Some(Rule::Newborn));
    for weights in [Weights::default(), Weights::across()] {
        let profiles = [unnamed, child(), Record { name: "Arka", ..child() }].map(|record| profile(&record));
        let found = across(&weights, &profiles, 1);
        assert!(found.groups.is_empty());
        assert_eq!(found.ask.len(), 2);
    }
}

#[test]
fn a_child_is_found_again_under_what_everybody_calls_it() {
    let called = Record { name: "Utuh", ..child() };
    assert_judged(&called, &child(), Band::Same, None);
    assert_judged(&called, &Record { sex: Some(Sex::Female), ..child() }, Band::Ask, Some(Rule::Newborn));
    // Without a mother in common it is a name like others.
    let strange = Record { mother: "Rusmini", ..child() };
    assert_eq!(judged(&called, &strange).band, Band::Different);
}

#[test]
fn no_mother_bears_twice_within_half_a_year() {
    let at = |birth| Record { birth: Some(Birth::on(birth)), ..child() };
    // Eleven days: a slip that no finger explains.
    assert_judged(&child(), &at(date!(2023 - 05 - 23)), Band::Same, None);
    // A day: twins around midnight, were it not for the name.
    assert_judged(
        &Record { name: "Arka", ..child() },
        &at(date!(2023 - 05 - 13)),
        Band::Different,
        Some(Rule::Siblings),
    );
    // Ten months are enough for a brother under a dead one's name.
    assert_judged(&child(), &at(date!(2024 - 03 - 28)), Band::Ask, Some(Rule::OtherBirth));
}

#[test]
fn a_name_without_the_word_that_leads_it_may_be_a_brothers() {
    let long = Record { name: "Rafi Khalif Hidayat", birth: None, ..child() };
    assert_judged(&long, &Record { name: "Rafi Hidayat", ..child() }, Band::Same, None);
    assert_judged(&long, &Record { name: "Khalif Hidayat", ..child() }, Band::Ask, Some(Rule::OtherName));
    // Muhammad leads nobody.
    let usual = Record { name: "Muhammad Khalif Hidayat", birth: None, ..child() };
    assert_judged(&usual, &Record { name: "Khalif Hidayat", ..child() }, Band::Same, None);
}

#[test]
fn every_verdict_says_why() {
    let verdict = judged(&child(), &Record { name: "Raffa Pratama", birth: None, ..child() });
    let finding = |field: Field| verdict.findings.into_iter().find(|finding| finding.field == field).unwrap();
    assert_eq!(finding(Field::Birth).agreement, Agreement::Unknown);
    assert_eq!(finding(Field::Home).agreement, Agreement::Same);
    assert!(finding(Field::Name).bits > finding(Field::Sex).bits);
    assert!(Field::ALL.iter().zip(verdict.findings).all(|(field, finding)| *field == finding.field));
}

#[test]
fn a_group_that_contradicts_itself_is_asked() {
    // The middle one has no number and would join two who have different ones.
    let records = [
        Record { nik: Nik::Whole(Key(1)), ..child() },
        child(),
        Record { nik: Nik::Whole(Key(2)), ..child() },
    ];
    let found = within(&Weights::default(), &records.map(|record| profile(&record)));
    assert!(found.groups.is_empty(), "{:?}", found.groups);
    let pairs: Vec<(usize, usize)> = found.ask.iter().map(|pair| (pair.one, pair.two)).collect();
    assert_eq!(pairs, [(0, 1), (0, 2), (1, 2)]);
    // Where one of the two is nearer, only the farther is asked.
    let records = [
        Record { nik: Nik::Whole(Key(1)), kk: Some(Key(3)), ..child() },
        Record { kk: Some(Key(3)), ..child() },
        Record { nik: Nik::Whole(Key(2)), village: None, ..child() },
    ];
    let found = within(&Weights::default(), &records.map(|record| profile(&record)));
    assert_eq!(found.groups, [[0, 1]]);
}

#[test]
fn the_likeliest_candidate_comes_first() {
    let candidates = [
        Record { name: "Arka", ..child() },
        Record { birth: Some(Birth::on(date!(2025 - 08 - 30))), ..child() },
        child(),
        Record { name: "Raffa Pratama", father: "", ..child() },
    ]
    .map(|record| profile(&record));
    let found = compare_all(&Weights::across(), &profile(&child()), &candidates);
    let order: Vec<usize> = found.iter().map(|(place, _)| *place).collect();
    assert_eq!(order, [2, 3, 1]);
}

#[test]
fn a_crowded_block_is_reported_and_its_nearest_still_meet() {
    // A dummy card number under three hundred people, two of whom are one.
    const SYLLABLES: [&str; 7] = ["ba", "ke", "li", "mo", "nus", "tir", "gad"];
    let name = |nth: usize| [nth % 7, nth / 7 % 7, nth / 49].map(|syllable| SYLLABLES[syllable]).concat();
    let names: Vec<String> = (0..300).map(name).collect();
    let mut records: Vec<Record<'_>> = names
        .iter()
        .map(|name| Record { kk: Some(Key(0)), name, village: VILLAGE, ..Record::default() })
        .collect();
    records.push(Record {
        name: "Salundik Garu",
        kk: Some(Key(0)),
        kki: Some(Key(4)),
        partner: "Rusina",
        ..head()
    });
    records.push(Record {
        name: "SALUNDIK GARU",
        kk: Some(Key(0)),
        kki: Some(Key(5)),
        partner: "Rusina T",
        ..head()
    });
    let profiles: Vec<Profile> = records.iter().map(profile).collect();
    let found = within(&Weights::default(), &profiles);
    assert_eq!(found.crowded, [302]);
    assert_eq!(found.groups, [[300, 301]]);
    assert!(found.compared < 302 * 41);
}

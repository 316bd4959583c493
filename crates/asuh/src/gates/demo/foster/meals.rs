//! Korpri's meals in Serang: kitchens in villages cook for stunted children for three months, with eggs and rice of the
//! Monday pool of some offices.

use std::collections::BTreeMap;

use asuh_step_custody::Ingredient;
use asuh_step_distribution::kitchen::Reach;
use asuh_step_distribution::kitchen::enrolment::{EnrolPerson, NoteMeals};
use asuh_step_distribution::kitchen::food::{AddStartFoods, PutFoods};
use asuh_step_distribution::kitchen::menu::{MenuPart, PutMenu};
use asuh_step_distribution::kitchen::place::{Hand, PutKitchen};
use asuh_step_distribution::kitchen::programme::{AddUsualProgrammes, PutMealProgramme};
use asuh_step_distribution::kitchen::rules::{Age, Food};
use asuh_step_distribution::kitchen::run::{
    CloseKitchenRun, CookRun, DeliverRun, MarkMeals, PlanKitchenRun, ServingMark,
};
use asuh_step_registry::institutions::InstitutionKind;
use asuh_store::{Command, Id, Instant, Query, args};
use time::{Date, Duration, Weekday};

use super::super::setup::{self, Places};
use super::super::{DISTRICT, World, keeping, mondays};
use crate::gates::cli::CliError;

/// People whose Monday goes to the kitchens: as many offices as have so many.
const GIVERS: i64 = 400;
/// Villages of a kitchen, and children of each village at most.
const VILLAGES: usize = 2;
const CHILDREN: i64 = 8;
/// Days of feeding: three months.
const DAYS: i64 = 90;
/// Days that the demo cooks, from a Monday on.
const COOKED: i64 = 5;
/// Grams of rice in a can, and of a portion.
const CAN: i64 = 250;
const RICE: i64 = 50;

/// A kitchen with its villages.
struct Kitchen {
    id: Id,
    villages: Vec<i64>,
}

async fn submit<C: Command>(world: &World, command: C) -> Result<C::Receipt, CliError> {
    Ok(world.app.submit(&world.actor, world.app.store.new_id(), command).await?.value)
}

/// The table of foods, and two menus: the second for whom eggs are not.
async fn menus(world: &World) -> Result<(Id, Id), CliError> {
    submit(world, AddStartFoods).await?;
    // The pool's rice comes in cans.
    let rice = Food {
        code: "beras".into(),
        name: "Beras giling".into(),
        group: "staple".into(),
        energy_kcal: Some(357),
        protein_dg: Some(84),
        edible_percent: 100,
        allergens: Vec::new(),
        commodity: "rice_can".into(),
        grams_per_unit: Some(CAN),
        source: "TKPI 2017".into(),
        confirmed: false,
    };
    submit(world, PutFoods { foods: vec![rice] }).await?;
    let part = |food: &str, grams: i64| MenuPart { food: food.into(), decigrams: grams * 10 };
    let menu = |name: &str, parts: Vec<MenuPart>| PutMenu {
        menu: None,
        name: name.into(),
        kind: "meal".into(),
        ages: Age::ALL.into(),
        parts,
        recipe: "Masak nasi sampai lunak, tambahkan lauk dan sayur, sajikan hangat.".into(),
    };
    let egg =
        menu("Nasi tim telur wortel", vec![part("beras", RICE), part("telur_ayam", 60), part("wortel", 20)]);
    let tempe = menu("Nasi tim tempe bayam", vec![part("beras", RICE), part("tempe", 40), part("bayam", 20)]);
    Ok((submit(world, egg).await?, submit(world, tempe).await?))
}

/// Two kitchens for the villages with most stunted children.
async fn kitchens(world: &World, places: &Places) -> Result<Vec<Kitchen>, CliError> {
    let sql = format!(
        "SELECT f.village_code FROM child_growth g JOIN person_version p ON p.district_id = g.district_id \
         AND p.person_id = g.person_id AND p.superseded_at = $2 JOIN family_version f \
         ON f.district_id = p.district_id AND f.family_id = p.family_id AND f.superseded_at = $2 \
         WHERE g.district_id = $1 AND g.stunted = 1 GROUP BY f.village_code \
         ORDER BY COUNT(*) DESC, f.village_code LIMIT {}",
        2 * VILLAGES
    );
    let villages: Vec<(i64,)> = world.app.store.reader().all(&sql, args![DISTRICT, Instant::NEVER]).await?;
    let second = setup::institution(world, InstitutionKind::Kitchen, "Dapur PKK Sejahtera").await?;
    let mut found = Vec::new();
    for (id, here) in [places.kitchen, second].into_iter().zip(villages.chunks(VILLAGES)) {
        let villages: Vec<i64> = here.iter().map(|row| row.0).collect();
        let hand = |name: &str, part: &str| Hand { name: name.into(), part: part.into() };
        let put = PutKitchen {
            kitchen: id,
            villages: villages.clone(),
            people: vec![
                hand("Bu Tini Rekaan", "cook"),
                hand("Pokja PKK", "pkk"),
                hand("Bu Sri Rekaan", "carrier"),
            ],
            capacity: 60,
            hygiene_on: Some(world.app.today(&world.actor)),
            note: String::new(),
            reach: Reach::of(&world.actor),
        };
        submit(world, put).await?;
        found.push(Kitchen { id, villages });
    }
    Ok(found)
}

/// Enrols children of the kitchens' villages; one of each kitchen cannot eat eggs.
async fn enrol(world: &World, programme: Id, kitchens: &[Kitchen], start: Date) -> Result<(), CliError> {
    let reach = Reach::of(&world.actor);
    for kitchen in kitchens {
        let mut first = None;
        for village in &kitchen.villages {
            let youngest = start - Duration::days(200);
            let sql = format!(
                "SELECT g.person_id FROM child_growth g JOIN person_version p ON p.district_id = g.district_id \
                 AND p.person_id = g.person_id AND p.superseded_at = $2 JOIN family_version f \
                 ON f.district_id = p.district_id AND f.family_id = p.family_id AND f.superseded_at = $2 \
                 WHERE g.district_id = $1 AND f.village_code = $3 AND g.stunted = 1 AND g.refer_today = 0 \
                 AND p.ended_reason IS NULL AND p.birth_date < $4 ORDER BY p.name_search, g.person_id LIMIT {CHILDREN}"
            );
            let args = args![DISTRICT, Instant::NEVER, *village, youngest];
            let children: Vec<(Id,)> = world.app.store.reader().all(&sql, args).await?;
            for (person,) in children {
                let enrol = EnrolPerson {
                    programme,
                    person,
                    starts_on: start,
                    weight_g: None,
                    arm_mm: None,
                    reason: "Anak pendek dari keluarga yang menunggu".into(),
                    reach: reach.clone(),
                };
                let made = submit(world, enrol).await?;
                first = first.or(Some(made.id));
            }
        }
        if let Some(enrolment) = first {
            let note = NoteMeals {
                enrolment,
                allergens: vec!["egg".into()],
                also_fed_since: Some(world.app.today(&world.actor)),
                also_fed_by: "PAUD Melati".into(),
                reach: reach.clone(),
            };
            submit(world, note).await?;
        }
    }
    Ok(())
}

/// A noon of a kitchen, closed unless it is the last.
async fn cook(
    world: &mut World,
    kitchen: &Kitchen,
    menus: (Id, Id),
    day: Date,
    last: bool,
) -> Result<(), CliError> {
    world.at(day, 10, 0);
    let reach = Reach::cooks(&world.actor);
    let plan = PlanKitchenRun {
        kitchen: kitchen.id,
        day,
        meal: "noon".into(),
        menu: menus.0,
        other: Some(menus.1),
        fund: "asn".into(),
        note: String::new(),
        reach: reach.clone(),
    };
    let run = submit(world, plan).await?;
    asuh_store::row_struct! { struct Portion { enrolment_id: Id, village_code: i64, egg: bool } }
    let portions: Vec<Portion> = world
        .app
        .store
        .reader()
        .all(
            "SELECT enrolment_id, village_code, CAST(CASE WHEN kept_from = '' THEN 1 ELSE 0 END AS BIGINT) AS egg \
             FROM meal_serving WHERE district_id = $1 AND run_id = $2 AND menu_id IS NOT NULL \
             ORDER BY village_code, enrolment_id",
            args![DISTRICT, run],
        )
        .await?;
    let count = portions.len() as i64;
    let ingredient = |commodity: &str, amount| Ingredient { commodity: commodity.into(), amount };
    let eggs = portions.iter().filter(|one| one.egg).count() as i64;
    let cooked = CookRun {
        run,
        ingredients: vec![ingredient("egg", eggs), ingredient("rice_can", (count * RICE + CAN - 1) / CAN)],
        cooked: count,
        hygienic: true,
        reach: reach.clone(),
    };
    submit(world, cooked).await?;
    let mut villages: BTreeMap<i64, i64> = BTreeMap::new();
    for one in &portions {
        *villages.entry(one.village_code).or_insert(0) += 1;
    }
    world.at(day, 11, 30);
    let delivered = DeliverRun {
        run,
        villages: villages.iter().map(|(code, n)| (*code, *n)).collect(),
        reach: reach.clone(),
    };
    submit(world, delivered).await?;
    let mut left = 0;
    for (nth, village) in villages.keys().enumerate() {
        // The list of the last day's last village waits for its cadre.
        if last && nth + 1 == villages.len() {
            return Ok(());
        }
        let mut marks = Vec::new();
        for one in portions.iter().filter(|one| one.village_code == *village) {
            let mark = match world.dice.below(20) {
                0 => "absent",
                1 => "half",
                _ => "all",
            };
            left += i64::from(mark == "absent");
            marks.push(ServingMark {
                enrolment: one.enrolment_id,
                mark: mark.into(),
                taken_by: String::new(),
            });
        }
        submit(world, MarkMeals { run, village: *village, marks, reach: Reach::of(&world.actor) }).await?;
    }
    let words = if left > 0 { "Adik peserta di posyandu" } else { "" };
    let close = CloseKitchenRun { run, given: left, wasted: 0, words: words.into(), reach };
    submit(world, close).await
}

/// Everything: from the table of foods to the meals of a week before `start`. Of the last one a village's list waits for
/// its cadre.
///
/// # Errors
/// A command of the program is refused: then the scenario has a fault.
pub(super) async fn three_months(world: &mut World, places: &Places, start: Date) -> Result<(), CliError> {
    let begun = world.app.today(&world.actor);
    let monday = (1..8).map(|nth| begun + Duration::days(nth)).find(|day| day.weekday() == Weekday::Monday);
    let monday = monday.unwrap_or(start);
    world.at(begun, 15, 0);
    let menus = menus(world).await?;
    let kitchens = kitchens(world, places).await?;
    // The largest offices: where one person works a Monday may bring nothing.
    let mut offices = places.units.clone();
    offices.sort_by_key(|unit| std::cmp::Reverse(unit.people));
    let mut people = 0;
    offices.retain(|unit| {
        let more = people < GIVERS;
        people += unit.people;
        more
    });
    let few = Places { units: offices, ..*places };
    let pool = mondays::campaign(world, &few, monday).await?;
    let usual = ["gizi kurang", "berat badan kurang", "tidak naik", "ibu hamil KEK"];
    submit(world, AddUsualProgrammes { names: usual.map(|name| format!("PMT {name}")) }).await?;
    let programme = PutMealProgramme {
        programme: None,
        name: "PMT Korpri anak pendek".into(),
        target: "other".into(),
        year: i64::from(monday.year()),
        days: DAYS,
        price_ceiling: 15_000,
        weekly_weight: true,
        campaign: Some(pool),
        budget: 3,
    };
    let programme = submit(world, programme).await?;
    enrol(world, programme, &kitchens, monday).await?;
    mondays::collect(world, &few, pool, monday, false).await?;
    world.at(monday, 9, 0);
    let held = |commodity: &str| {
        let commodity = commodity.parse();
        let (app, warehouse) = (&world.app, places.warehouse);
        async move {
            let commodity = commodity.map_err(|_| CliError::Text("no such commodity".into()))?;
            let holding = asuh_ground::books::Holding::new(
                asuh_ground::books::AccountKind::Warehouse,
                warehouse,
                asuh_ground::books::Fund::ASN,
                commodity,
            );
            Ok::<i64, CliError>(asuh_ground::books::balance(app.store.reader(), DISTRICT, &holding).await?)
        }
    };
    let each = kitchens.len() as i64;
    let (eggs, cans) = (held("egg").await? / each, held("rice_can").await? / each);
    for kitchen in &kitchens {
        let parts = || vec![keeping::part("egg", eggs), keeping::part("rice_can", cans)];
        let shipment = keeping::send(world, places.warehouse, kitchen.id, parts()).await?;
        keeping::receive(world, shipment, kitchen.id, parts(), "").await?;
    }
    for nth in 0..COOKED {
        for kitchen in &kitchens {
            cook(world, kitchen, menus, monday + Duration::days(nth), nth + 1 == COOKED).await?;
        }
    }
    Ok(())
}

//! Foster parents outside the roster: firms, a community, persons, and what they promised for children.

use asuh_store::Id;
use time::{Date, Duration};

use super::World;
use super::foster;
use super::setup::Places;
use crate::gates::cli::CliError;
use asuh_step_sponsors as sponsors;
use sponsors::sponsors::Category;

/// A made-up sponsor: category, name, whom to speak to, baskets of Rp50.000 a month, weeks until the promise ends.
type Giver = (Category, &'static str, Option<(&'static str, &'static str)>, i64, Option<i64>);

const GIVERS: &[Giver] = &[
    (Category::Private, "PT Kebun Teh Rekaan", Some(("Rina Rekaan", "Manajer CSR")), 45, None),
    (Category::Soe, "BUMN Energi Rekaan", Some(("Hadi Rekaan", "Kepala Unit TJSL")), 27, Some(3)),
    (Category::Roe, "Perumda Air Minum Rekaan", Some(("Tati Rekaan", "Sekretaris Perusahaan")), 9, None),
    (Category::University, "Institut Rekaan Kerinci", Some(("Yusuf Rekaan", "Ketua LPPM")), 9, None),
    (Category::ZakatFund, "UPZ Masjid Rekaan", None, 18, None),
    (Category::Community, "Majelis Taklim Rekaan", Some(("Siti Rekaan", "Ketua")), 4, None),
    (Category::Individual, "Sari Rekaan", None, 9, None),
    (Category::Individual, "Dokter Umar Rekaan", None, 3, Some(2)),
];

/// A campaign that gives every basket to a chosen child, and who promised to it; one pauses, one has gone.
pub(super) async fn make(world: &mut World, places: &Places) -> Result<(), CliError> {
    let app = &world.app;
    let day = world.first_monday();
    let words = ("Anak Asuh Bulanan", "Rp450.000 sebulan untuk seorang anak");
    let campaign = foster::campaign(world, places, words, 50_000, (day, None)).await?;
    for (nth, giver) in GIVERS.iter().enumerate() {
        let (sponsor, pledge) = promise(world, campaign, day, nth, giver).await?;
        if nth == 3 {
            let pause = sponsors::pledges::PausePledge {
                pledge,
                starts_on: world.this_monday(),
                ends_on: Some(world.this_monday() + Duration::weeks(4)),
                reach: sponsors::Reach::All,
            };
            app.submit(&world.actor, app.store.new_id(), pause).await?;
        }
        if nth == 5 {
            let leave = sponsors::sponsors::LeaveSponsor {
                sponsor,
                leaving: sponsors::sponsors::Leaving::Closed,
                day: world.this_monday() - Duration::days(1),
            };
            app.submit(&world.actor, app.store.new_id(), leave).await?;
        }
    }
    Ok(())
}

async fn promise(
    world: &World,
    campaign: Id,
    day: Date,
    nth: usize,
    (category, name, contact, baskets, weeks): &Giver,
) -> Result<(Id, Id), CliError> {
    let app = &world.app;
    let put = sponsors::sponsors::PutSponsor {
        id: None,
        category: *category,
        name: (*name).to_owned(),
        phone: None,
        home: None,
        institution: None,
        kk: None,
        day,
    };
    let sponsor = app.submit(&world.actor, app.store.new_id(), put).await?.value;
    if let Some((name, position)) = contact {
        let add = sponsors::sponsors::AddContact {
            sponsor,
            name: (*name).to_owned(),
            position: (*position).to_owned(),
            phone: None,
        };
        app.submit(&world.actor, app.store.new_id(), add).await?;
    }
    let is_person = *category == Category::Individual;
    let pledge = sponsors::pledges::Pledge {
        campaign,
        sponsor,
        baskets: *baskets,
        starts_on: day,
        ends_on: weeks.map(|weeks| world.this_monday() + Duration::weeks(weeks)),
        public_name: if is_person {
            sponsors::pledges::PublicName::Anonymous
        } else {
            sponsors::pledges::PublicName::Name
        },
        how_far: sponsors::pledges::HowFar::District,
        document: (!is_person).then(|| sponsors::pledges::Document {
            number: format!("MoU {:02}/CSR/{}", nth + 1, day.year()),
            on: day,
        }),
        reach: sponsors::Reach::All,
    };
    let pledge = app.submit(&world.actor, app.store.new_id(), pledge).await?.value;
    Ok((sponsor, pledge))
}

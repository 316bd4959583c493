//! The accounts of the fund holder, gifts by transfer, and the statements of the newest week: most lines are matched, a few
//! wait for the treasurer.

use asuh_store::{Id, Query, args};
use time::{Date, Duration};

use super::setup::Places;
use super::{DISTRICT, World, users};
use crate::gates::cli::CliError;
use asuh_step_collection as collection;

/// The payment code of a holder that does not exist.
const CODE: &str = "00020101021126680016ID.CO.CONTOH.WWW011893600000000000000002150000000000000010303UMI51440014ID.CO.\
                    QRIS.WWW0215ID10200000000010303UMI5204839853033605802ID5913DONASI CONTOH6007KERINCI61053716162070703\
                    A016304861D";

/// A line of a statement: day, words, rupiah that came, negative for what went.
type Booked = (Date, String, i64);

/// Records where the money is, lets some give by transfer, and takes the statements of the newest week in.
pub(super) async fn statements(world: &mut World, places: &Places, secanting: Id) -> Result<(), CliError> {
    let monday = world.this_monday() - Duration::weeks(1);
    world.at(monday + Duration::days(1), 8, 0);
    let gifts_of_staff = account(world, places, ("asn", "BCA", "8880001234"), CODE, monday).await?;
    let gifts_of_firms = account(world, places, ("csr", "BRI", "001201000123456"), "", monday).await?;

    world.at(monday + Duration::days(2), 9, 0);
    let mut booked = deposits(world, monday).await?;
    if let Some(giver) = users::giver(world, places).await? {
        let paid = announce(world, secanting, giver, (100_000, collection::Way::Transfer)).await?;
        announce(world, secanting, giver, (50_000, collection::Way::Qris)).await?;
        booked.push((
            monday + Duration::days(3),
            format!("TRSF E-BANKING CR {paid} PEGAWAI REKAAN"),
            100_000,
        ));
    }
    booked.push((monday + Duration::days(3), "SETORAN TUNAI TANPA NAMA".into(), 75_000));
    booked.push((monday + Duration::days(3), "BIAYA ADM".into(), -6_500));
    let mut of_firms = Vec::new();
    for (nth, (campaign, sponsor, name, amount)) in firms(world).await?.into_iter().enumerate() {
        let paid = announce(world, campaign, sponsor, (amount, collection::Way::Transfer)).await?;
        // Most type the code, one forgets it, one has not paid yet.
        let words = match nth {
            0..=2 => format!("BRIMO {paid} {}", name.to_uppercase()),
            3 => format!("BRIMO TRF {}", name.to_uppercase()),
            _ => continue,
        };
        of_firms.push((monday + Duration::days(3), words, amount));
    }

    world.at(monday + Duration::days(4), 14, 0);
    let until = monday + Duration::days(4);
    for (account, number, booked) in
        [(gifts_of_staff, "8880001234", booked), (gifts_of_firms, "001201000123456", of_firms)]
    {
        take(world, account, file(number, (monday, until), booked)).await?;
        let matches =
            collection::ticked(world.app.store.reader(), world.app.store.secrets(), DISTRICT, account)
                .await?;
        if !matches.is_empty() {
            let command = collection::MatchLines { matches, reach: collection::Reach::everywhere() };
            world.app.submit(&world.actor, world.app.store.new_id(), command).await?;
        }
    }
    Ok(())
}

async fn account(
    world: &World,
    places: &Places,
    (fund, bank, number): (&str, &str, &str),
    qris: &str,
    since: Date,
) -> Result<Id, CliError> {
    let put = collection::PutAccount {
        fund_holder: places.fund_holder,
        fund: fund.into(),
        bank: bank.into(),
        number: number.into(),
        holder_name: "REKENING REKAAN".into(),
        qris: qris.into(),
        since,
    };
    Ok(world.app.submit(&world.actor, world.app.store.new_id(), put).await?.value)
}

/// Announces a gift; the code that its giver types.
async fn announce(
    world: &World,
    campaign: Id,
    sponsor: Id,
    (amount, way): (i64, collection::Way),
) -> Result<String, CliError> {
    let announce = collection::AnnounceGift { campaign, sponsor, amount, way };
    let gift = world.app.submit(&world.actor, world.app.store.new_id(), announce).await?.value;
    let code: Option<(String,)> = world
        .app
        .store
        .reader()
        .first("SELECT code FROM gift WHERE district_id = $1 AND id = $2", args![DISTRICT, gift])
        .await?;
    Ok(code.map(|row| row.0).unwrap_or_default())
}

/// The deposits of the newest Monday as the bank books them: with the slip's number, here and there without.
async fn deposits(world: &World, monday: Date) -> Result<Vec<Booked>, CliError> {
    asuh_store::row_struct! {
        struct Deposit { slip_number: String, amount: i64 }
    }
    let found: Vec<Deposit> = world
        .app
        .store
        .reader()
        .all(
            "SELECT slip_number, amount FROM deposit WHERE district_id = $1 AND state = 'announced' ORDER BY number",
            args![DISTRICT],
        )
        .await?;
    let on = monday + Duration::days(1);
    let words = |nth: usize, slip: &str| match nth % 9 {
        4 => "SETOR TUNAI".to_owned(),
        _ => format!("SETOR TUNAI {slip}"),
    };
    // The last is not there yet.
    let booked = found.len().saturating_sub(usize::from(found.len() > 2));
    Ok(found
        .iter()
        .take(booked)
        .enumerate()
        .map(|(nth, deposit)| (on, words(nth, &deposit.slip_number), deposit.amount))
        .collect())
}

/// Firms and persons who promised every month, with what they promised.
async fn firms(world: &World) -> Result<Vec<(Id, Id, String, i64)>, CliError> {
    asuh_store::row_struct! {
        struct Firm { campaign_id: Id, sponsor_id: Id, name: String, amount: i64 }
    }
    let found: Vec<Firm> = world
        .app
        .store
        .reader()
        .all(
            "SELECT p.campaign_id, p.sponsor_id, v.name, p.baskets * i.quantity AS amount FROM pledge p \
             JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id AND c.fund = 'csr' \
             JOIN campaign_item i ON i.district_id = c.district_id AND i.campaign_id = c.id AND i.commodity = 'cash' \
             JOIN sponsor_version v ON v.district_id = p.district_id AND v.sponsor_id = p.sponsor_id \
             AND v.superseded_at = $2 AND v.status = 'active' WHERE p.district_id = $1 AND p.ends_on IS NULL \
             ORDER BY amount DESC, v.name_search LIMIT 5",
            args![DISTRICT, asuh_store::Instant::NEVER],
        )
        .await?;
    Ok(found.into_iter().map(|firm| (firm.campaign_id, firm.sponsor_id, firm.name, firm.amount)).collect())
}

/// A statement as the bank's file has it, with its totals.
fn file(number: &str, (from, until): (Date, Date), mut booked: Vec<Booked>) -> Vec<Vec<String>> {
    booked.sort_by_key(|line| line.0);
    let day = |day: Date| format!("{:02}/{:02}/{}", day.day(), u8::from(day.month()), day.year());
    let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let mut balance = 1_500_000;
    let mut rows = vec![
        row(&["No rekening", number]),
        row(&["Periode", &format!("{} - {}", day(from), day(until))]),
        row(&["Saldo Awal", &balance.to_string()]),
        row(&["Tanggal", "Keterangan", "Debet", "Kredit", "Saldo"]),
    ];
    for (on, words, amount) in booked {
        balance += amount;
        let (came, went) = if amount > 0 { (amount, 0) } else { (0, -amount) };
        rows.push(row(&[&day(on), &words, &went.to_string(), &came.to_string(), &balance.to_string()]));
    }
    rows.push(row(&["Saldo Akhir", &balance.to_string()]));
    rows
}

async fn take(world: &World, account: Id, rows: Vec<Vec<String>>) -> Result<(), CliError> {
    let mut sha256 = [0; 32];
    sha256[..16].copy_from_slice(account.as_bytes());
    let reach = collection::Reach::everywhere();
    let put = collection::PutStatement { account, sha256, rows, reach: reach.clone() };
    let statement = world.app.submit(&world.actor, world.app.store.new_id(), put).await?.value;
    let take = collection::TakeStatement { statement, credits: None, reach };
    world.app.submit(&world.actor, world.app.store.new_id(), take).await?;
    Ok(())
}

//! The papers of a meeting: invitation, record, minutes, joint commitment; in the layout and words of Indonesian offices.

use asuh_documents::paper::{Align, Block, Letter, Paper, PaperColumn, Signature, Table};
use asuh_ground::App;
use asuh_ground::papers;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Text};
use asuh_nusantara::terbilang::terbilang;
use asuh_nusantara::{Language, date};
use asuh_store::DistrictId;
use time::Date;

use super::pages::{Person, people};
use super::query::{self, Agenda, Attached, Guest, Meeting, Signs};
use crate::commitment::query::{self as commitments, Commitment};

/// Which paper of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Invitation,
    Record,
    Minutes,
    Commitment,
}

impl Which {
    pub(super) const ALL: [Which; 4] = [Which::Invitation, Which::Record, Which::Minutes, Which::Commitment];

    /// Its word in addresses.
    pub(super) fn word(self) -> &'static str {
        match self {
            Which::Invitation => "undangan",
            Which::Record => "berita-acara",
            Which::Minutes => "notulen",
            Which::Commitment => "komitmen",
        }
    }

    /// Its kind in the register.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Which::Invitation => "invitation",
            Which::Record => "record",
            Which::Minutes => "minutes",
            Which::Commitment => "commitment",
        }
    }

    /// Whether it is issued of a meeting that stands so: invitations before, everything else after it.
    pub(super) fn fits(self, state: &str) -> bool {
        match self {
            Which::Invitation => state == "prepared",
            _ => state == "closed",
        }
    }
}

/// Everything that a paper of a meeting is made of.
pub(super) struct Matter {
    pub(super) meeting: Meeting,
    agenda: Vec<Agenda>,
    guests: Vec<Guest>,
    signatories: Vec<Signs>,
    attached: Vec<Attached>,
    people: Vec<Person>,
    decided: Vec<Commitment>,
    before: Vec<Commitment>,
    letterhead: Letterhead,
    text: Text,
}

impl Matter {
    /// Reads it. Papers are in Indonesian, whoever prints them.
    pub(super) async fn of(
        app: &App,
        district: DistrictId,
        zone: asuh_nusantara::Zone,
        meeting: Meeting,
    ) -> Result<Matter, Error> {
        let db = app.store.reader();
        let id = meeting.id;
        Ok(Matter {
            agenda: query::agenda(db, district, id).await?,
            guests: query::guests(db, district, id).await?,
            signatories: query::signatories(db, district, id).await?,
            attached: query::attached(db, district, id).await?,
            people: people(app, district, id).await?,
            decided: commitments::of_meeting(db, district, id).await?,
            before: commitments::open_before(db, district, id).await?,
            letterhead: Letterhead::load(&app.store, district).await?,
            text: Text::new(Language::Indonesian, zone),
            meeting,
        })
    }

    /// What it is called in the register.
    pub(super) fn title(&self, which: Which) -> String {
        self.text.t1(&format!("meeting.paper.{}", which.kind()), "title", &self.meeting.title)
    }

    /// The paper.
    pub(super) fn paper(&self, which: Which, today: Date) -> Paper {
        let (sheet, head) = papers::head(&self.letterhead);
        let paper = Paper { sheet, head, title: self.title(which), ..Paper::default() };
        match which {
            Which::Invitation => self.invitation(paper, today),
            Which::Record => self.record(paper),
            Which::Minutes => self.minutes(paper),
            Which::Commitment => self.commitment(paper),
        }
    }

    fn t(&self, key: &str) -> String {
        self.text.t(key).into_owned()
    }

    /// Hari, waktu, tempat, pemimpin.
    fn facts(&self) -> Block {
        let one = &self.meeting;
        let mut rows = vec![
            (self.t("meeting.paper.day"), self.text.long_day(one.held_on)),
            (
                self.t("meeting.paper.time"),
                self.text.t2("meeting.paper.time_value", "time", &one.starts, "zone", self.text.zone.code()),
            ),
            (self.t("meeting.paper.place"), one.place.clone()),
        ];
        if !one.link.is_empty() {
            rows.push((self.t("meeting.paper.link"), one.link.clone()));
        }
        rows.push((self.t("meeting.paper.leader"), one.leader.clone()));
        Block::Facts { rows }
    }

    fn table(&self, caption: &str, heads: &[(&str, u8)], rows: Vec<Vec<String>>) -> Block {
        let columns = heads.iter().map(|(key, share)| PaperColumn {
            title: self.t(key),
            share: *share,
            align: if *share == 0 { Align::Center } else { Align::Left },
        });
        Block::Table(Table { caption: self.t(caption), columns: columns.collect(), rows, total: Vec::new() })
    }

    fn agenda(&self) -> Block {
        let rows =
            self.agenda.iter().map(|line| vec![line.starts.clone(), line.item.clone(), line.speaker.clone()]);
        let heads = [("meeting.paper.at", 0), ("meeting.paper.item", 3), ("meeting.paper.speaker", 2)];
        self.table("meeting.paper.agenda", &heads, rows.collect())
    }

    fn commitments(&self, caption: &str, lines: &[Commitment]) -> Block {
        let rows = lines.iter().map(|line| {
            let what = match line.quantity.as_str() {
                "" => line.what.clone(),
                quantity => format!("{} ({quantity})", line.what),
            };
            let place =
                line.place.clone().unwrap_or_else(|| self.meeting.territory.clone().unwrap_or_default());
            vec![line.nth.to_string(), what, line.office.clone(), place, self.text.day(line.due_on)]
        });
        let heads = [
            ("meeting.paper.nth", 0),
            ("commitment.what", 4),
            ("commitment.office", 2),
            ("commitment.place", 2),
            ("commitment.due", 2),
        ];
        self.table(caption, &heads, rows.collect())
    }

    fn signatures(&self, above: &str) -> Block {
        let one = &self.meeting;
        let place_and_day = self.letterhead.place_and_day(&date::medium(Language::Indonesian, one.held_on));
        if self.signatories.is_empty() {
            let title = one.leader.clone();
            return Block::Signatures {
                place_and_day,
                who: vec![Signature { above: above.to_owned(), title, ..Signature::default() }],
            };
        }
        let who = self.signatories.iter().map(|line| Signature {
            title: line.position.clone(),
            name: line.name.clone(),
            ..Signature::default()
        });
        Block::Signatures { place_and_day, who: who.collect() }
    }

    fn invitation(&self, paper: Paper, today: Date) -> Paper {
        let one = &self.meeting;
        let annexes = terbilang(2 + i64::from(!self.attached.is_empty()));
        let letter = Letter {
            place_and_day: self.letterhead.place_and_day(&date::medium(Language::Indonesian, today)),
            nature: self.t("meeting.paper.important"),
            attached: self.text.t1("meeting.paper.annexes", "n", annexes),
            about: self.text.t1("meeting.paper.invitation", "title", &one.title),
            to: vec![self.t("meeting.paper.to_list"), self.t("meeting.paper.to_place")],
        };
        let mut opening = Vec::new();
        if !one.basis.is_empty() {
            opening.push(Block::Paragraph {
                text: self.text.t1("meeting.paper.invite_basis", "basis", &one.basis),
            });
        }
        opening.push(Block::Paragraph { text: self.text.t1("meeting.paper.invite", "title", &one.title) });
        opening.push(self.facts());
        if !self.attached.is_empty() {
            let items =
                self.attached.iter().map(|line| format!("{} ({})", line.title, line.number)).collect();
            opening.push(Block::Paragraph { text: self.t("meeting.paper.with") });
            opening.push(Block::List { items });
        }
        opening.push(Block::Paragraph { text: self.t("meeting.paper.thanks") });
        opening.push(papers::signature(&self.letterhead, "letter", String::new(), String::new()));
        let guests = (1..)
            .zip(&self.guests)
            .map(|(nth, line)| vec![nth.to_string(), line.position.clone(), line.institution.clone()]);
        let heads = [("meeting.paper.nth", 0), ("meeting.position", 2), ("meeting.institution", 3)];
        let list = self.table("meeting.paper.invited", &heads, guests.collect());
        Paper { letter: Some(letter), ..paper }
            .section("", false, opening)
            .section(self.t("meeting.paper.annex_guests"), false, vec![list])
            .section(self.t("meeting.paper.annex_agenda"), false, vec![self.agenda()])
    }

    /// "Pada hari ini Senin tanggal dua puluh sembilan bulan Maret tahun dua ribu dua puluh satu (29-03-2021), ...".
    fn day_in_words(&self) -> String {
        let (one, day) = (&self.meeting, self.meeting.held_on);
        let values = [
            ("weekday", date::weekday_name(Language::Indonesian, day.weekday()).to_owned()),
            ("day", terbilang(i64::from(day.day()))),
            ("month", date::month_name(Language::Indonesian, day.month()).to_owned()),
            ("year", terbilang(i64::from(day.year()))),
            ("figures", format!("{:02}-{:02}-{}", day.day(), u8::from(day.month()), day.year())),
            ("place", one.place.clone()),
            ("title", one.title.clone()),
            ("leader", one.leader.clone()),
        ];
        self.text.with("meeting.paper.on_this_day", &values)
    }

    /// "Hadir 34 orang: 21 di ruangan, 13 daring; 12 perempuan, 22 laki-laki."
    fn attendance(&self) -> String {
        let count =
            |test: fn(&Person) -> bool| self.people.iter().filter(|one| test(one)).count().to_string();
        let values = [
            ("n", self.people.len().to_string()),
            ("hall", count(|one| one.way == "hall")),
            ("online", count(|one| one.way == "online")),
            ("women", count(|one| one.sex == "female")),
            ("men", count(|one| one.sex == "male")),
        ];
        self.text.with("meeting.paper.attendance", &values)
    }

    fn list_of_people(&self) -> Block {
        let rows = (1..).zip(&self.people).map(|(nth, one)| {
            vec![
                nth.to_string(),
                one.name.clone(),
                one.position.clone(),
                one.institution.clone(),
                self.t(&format!("meeting.sex_short.{}", one.sex)),
                self.t(&format!("meeting.way.{}", one.way)),
            ]
        });
        let heads = [
            ("meeting.paper.nth", 0),
            ("meeting.name", 3),
            ("meeting.position", 2),
            ("meeting.institution", 3),
            ("meeting.sex_head", 0),
            ("meeting.way_head", 0),
        ];
        self.table("meeting.paper.people", &heads, rows.collect())
    }

    fn record(&self, paper: Paper) -> Paper {
        let mut blocks = vec![Block::Paragraph { text: self.day_in_words() }];
        if !self.meeting.basis.is_empty() {
            blocks.push(Block::Paragraph {
                text: self.text.t1("meeting.paper.basis", "basis", &self.meeting.basis),
            });
        }
        blocks.push(Block::Paragraph { text: self.attendance() });
        if !self.agenda.is_empty() {
            blocks.push(Block::Paragraph { text: self.t("meeting.paper.talked") });
            blocks.push(Block::List { items: self.agenda.iter().map(|line| line.item.clone()).collect() });
        }
        match self.decided.is_empty() {
            true => blocks.push(Block::Paragraph { text: self.t("meeting.paper.nothing_agreed") }),
            false => blocks.push(self.commitments("meeting.paper.agreed", &self.decided)),
        }
        if !self.before.is_empty() {
            blocks.push(self.commitments("meeting.paper.still_open", &self.before));
        }
        blocks.push(Block::Paragraph { text: self.t("meeting.paper.record_end") });
        blocks.push(self.signatures(&self.t("meeting.paper.leader")));
        let paper = Paper {
            title: self.t("meeting.paper.record_title"),
            subtitle: vec![self.meeting.title.clone()],
            ..paper
        };
        paper.section("", false, blocks).section(
            self.t("meeting.paper.annex_people"),
            false,
            vec![self.list_of_people()],
        )
    }

    fn minutes(&self, paper: Paper) -> Paper {
        let mut blocks = vec![self.facts(), Block::Paragraph { text: self.attendance() }];
        if !self.agenda.is_empty() {
            blocks.push(self.agenda());
        }
        blocks.push(Block::Heading { level: 2, text: self.t("meeting.paper.said") });
        let said = self.meeting.summary.lines().map(str::trim).filter(|line| !line.is_empty());
        let said: Vec<Block> = said.map(|line| Block::Paragraph { text: line.to_owned() }).collect();
        match said.is_empty() {
            true => blocks.push(Block::Paragraph { text: self.t("meeting.paper.nothing_said") }),
            false => blocks.extend(said),
        }
        if !self.decided.is_empty() {
            blocks.push(self.commitments("meeting.paper.agreed", &self.decided));
        }
        blocks.push(papers::signature(
            &self.letterhead,
            "report",
            self.t("meeting.paper.noted_by"),
            String::new(),
        ));
        let paper = Paper {
            title: self.t("meeting.paper.minutes_title"),
            subtitle: vec![self.meeting.title.clone()],
            ..paper
        };
        paper.section("", false, blocks)
    }

    fn commitment(&self, paper: Paper) -> Paper {
        let blocks = vec![
            Block::Paragraph { text: self.day_in_words() },
            Block::Paragraph { text: self.t("meeting.paper.we") },
            self.commitments("meeting.paper.agreed", &self.decided),
            Block::Paragraph { text: self.t("meeting.paper.we_end") },
            self.signatures(""),
        ];
        let paper = Paper {
            title: self.t("meeting.paper.commitment_title"),
            subtitle: vec![self.meeting.title.clone()],
            ..paper
        };
        paper.section("", false, blocks)
    }
}

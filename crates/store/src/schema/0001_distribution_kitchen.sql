-- Kitchens: what they cook and for whom, the table of foods, menus, supplementary feeding (PMT), and what each child ate.

-- What the programme knows of an institution of kind 'kitchen'; its stock stands in the books under the institution.
CREATE TABLE kitchen (
  district_id {int} NOT NULL,
  institution_id {bytes} NOT NULL,
  -- Portions that it can cook at once; 0: not said.
  capacity {int} NOT NULL,
  -- The day on which somebody last looked after its hygiene; NULL: never.
  hygiene_on {int},
  note {text} NOT NULL,
  changed_at {int} NOT NULL,
  changed_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, institution_id)
) {table};

-- Who works there, in the order of the list; without an account of their own.
CREATE TABLE kitchen_person (
  district_id {int} NOT NULL,
  kitchen_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  name {text} NOT NULL,
  -- 'cook', 'pkk', 'cadre', 'carrier'
  part {text} NOT NULL,
  PRIMARY KEY (district_id, kitchen_id, nth)
) {table};

-- The villages that a kitchen cooks for; a village has one kitchen.
CREATE TABLE kitchen_village (
  district_id {int} NOT NULL,
  village_code {int} NOT NULL,
  kitchen_id {bytes} NOT NULL,
  PRIMARY KEY (district_id, village_code)
) {table};
CREATE INDEX kitchen_village_by_kitchen ON kitchen_village (district_id, kitchen_id, village_code);

-- What 100 grams of the edible part of a food hold.
CREATE TABLE food (
  district_id {int} NOT NULL,
  code {text} NOT NULL,
  name {text} NOT NULL,
  name_search {text} NOT NULL,
  -- 'staple', 'egg', 'fish', 'poultry', 'meat', 'milk', 'legume', 'vegetable', 'fruit', 'fat', 'other'
  food_group {text} NOT NULL,
  -- Kilocalories, and grams of protein times 10; NULL: not known.
  energy_kcal {int},
  protein_dg {int},
  -- How much of what is bought is eaten, in percent.
  edible_percent {int} NOT NULL,
  -- Codes of allergens, separated by spaces.
  allergens {text} NOT NULL,
  -- What it is in the books ('' = it is not counted there), and the grams, as bought, of one unit of it ('butir'); NULL:
  -- it is counted in grams, or in no unit.
  commodity {text} NOT NULL,
  grams_per_unit {int},
  -- Where the figures come from, and whether the district has confirmed them.
  source {text} NOT NULL,
  confirmed {int} NOT NULL,
  changed_at {int} NOT NULL,
  changed_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, code)
) {table};
CREATE INDEX food_by_name ON food (district_id, name_search, code);

CREATE TABLE menu (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  name {text} NOT NULL,
  name_search {text} NOT NULL,
  -- 'meal', 'snack'
  kind {text} NOT NULL,
  -- For whom, separated by spaces: 'm6' (6 to 8 months), 'm9', 'm12', 'm24', 'pregnant'.
  ages {text} NOT NULL,
  -- How it is cooked; ''.
  recipe {text} NOT NULL,
  -- Since when it is offered no more.
  retired_at {int},
  changed_at {int} NOT NULL,
  changed_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id)
) {table};
CREATE INDEX menu_by_name ON menu (district_id, name_search, id);

-- What goes into one portion, as bought: tenths of a gram.
CREATE TABLE menu_item (
  district_id {int} NOT NULL,
  menu_id {bytes} NOT NULL,
  nth {int} NOT NULL,
  food_code {text} NOT NULL,
  decigrams {int} NOT NULL CHECK (decigrams > 0),
  PRIMARY KEY (district_id, menu_id, nth),
  FOREIGN KEY (district_id, menu_id) REFERENCES menu (district_id, id),
  FOREIGN KEY (district_id, food_code) REFERENCES food (district_id, code)
) {table};
CREATE INDEX menu_item_by_food ON menu_item (district_id, food_code);

-- Supplementary feeding of a year: for whom, for how long, at what price at most.
CREATE TABLE meal_programme (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  name {text} NOT NULL,
  -- 'wasted', 'underweight', 'not_gaining', 'pregnant_thin', 'other'
  target {text} NOT NULL,
  year {int} NOT NULL,
  -- Days of feeding, and rupiah a day at most; 0: none said.
  days {int} NOT NULL,
  price_ceiling {int} NOT NULL,
  -- 1: weighed every week.
  weekly_weight {int} NOT NULL,
  -- The campaign whose help it is; NULL: none of ours.
  campaign_id {bytes},
  -- As Sigizi codes it: who pays. 1 DAK, 2 APBD, 3 partner, 4 Dana Desa.
  budget {int} NOT NULL,
  closed_at {int},
  changed_at {int} NOT NULL,
  changed_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, year, target, name)
) {table};

-- What the kitchens must know of a person who eats: noted once, for every programme.
CREATE TABLE meal_note (
  district_id {int} NOT NULL,
  person_id {bytes} NOT NULL,
  -- Codes of allergens, separated by spaces.
  allergens {text} NOT NULL,
  -- Since when somebody else feeds it too (MBG), and who says so; NULL and ''.
  also_fed_since {int},
  also_fed_by {text} NOT NULL,
  changed_at {int} NOT NULL,
  changed_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, person_id)
) {table};

-- A child or pregnant woman who is fed for a while, and what came of it.
CREATE TABLE meal_enrolment (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  programme_id {bytes} NOT NULL,
  person_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  rw {text} NOT NULL,
  starts_on {int} NOT NULL,
  -- The last day planned.
  ends_on {int} NOT NULL,
  -- Why, in words; ''.
  reason {text} NOT NULL,
  -- How the person stood: grams, millimetres, z-scores times 100, and the day.
  weight_g {int},
  height_mm {int},
  arm_mm {int},
  waz {int},
  whz {int},
  measured_on {int},
  -- 'active', 'recovered', 'gaining', 'not_gaining', 'dropped_out', 'moved', 'lost'
  state {text} NOT NULL,
  -- How the person stood at the end.
  end_weight_g {int},
  end_arm_mm {int},
  end_waz {int},
  end_whz {int},
  end_reason {text} NOT NULL,
  ended_on {int},
  enrolled_at {int} NOT NULL,
  enrolled_by {bytes} NOT NULL,
  ended_at {int},
  ended_by {bytes},
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, programme_id) REFERENCES meal_programme (district_id, id)
) {table};
-- Nobody is fed by two programmes at once.
CREATE UNIQUE INDEX meal_enrolment_once ON meal_enrolment (district_id, person_id) WHERE state = 'active';
CREATE INDEX meal_enrolment_by_programme ON meal_enrolment (district_id, programme_id, village_code, id);
CREATE INDEX meal_enrolment_by_village ON meal_enrolment (district_id, village_code, state, id);
CREATE INDEX meal_enrolment_by_family ON meal_enrolment (district_id, family_id);
CREATE INDEX meal_enrolment_by_person ON meal_enrolment (district_id, person_id);

-- What was weighed of a pregnant woman while she is fed; what was weighed of a child is a `measurement`.
CREATE TABLE meal_weight (
  district_id {int} NOT NULL,
  enrolment_id {bytes} NOT NULL,
  weighed_on {int} NOT NULL,
  weight_g {int},
  height_mm {int},
  arm_mm {int},
  recorded_at {int} NOT NULL,
  recorded_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, enrolment_id, weighed_on),
  FOREIGN KEY (district_id, enrolment_id) REFERENCES meal_enrolment (district_id, id)
) {table};

-- A meal that a kitchen cooks on a day for its villages.
CREATE TABLE kitchen_run (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  number {text} NOT NULL,
  kitchen_id {bytes} NOT NULL,
  for_day {int} NOT NULL,
  -- 'morning', 'noon', 'afternoon'
  meal {text} NOT NULL,
  menu_id {bytes} NOT NULL,
  -- For those whom the menu is not for (allergy, age); NULL: they get none.
  other_menu_id {bytes},
  -- The fund whose goods are cooked.
  fund {text} NOT NULL,
  -- 'planned', 'cooked', 'delivered', 'closed', 'cancelled'
  state {text} NOT NULL,
  planned {int} NOT NULL,
  cooked {int} NOT NULL,
  -- Portions that were left: given to others, thrown away; and to whom or why.
  given {int} NOT NULL,
  wasted {int} NOT NULL,
  left_words {text} NOT NULL,
  -- The requests by which they leave the store.
  given_change_id {bytes},
  wasted_change_id {bytes},
  -- 1: the kitchen was clean, hands were washed, water was boiled.
  hygienic {int} NOT NULL,
  -- The conversion in the books.
  cooking_id {bytes},
  note {text} NOT NULL,
  planned_at {int} NOT NULL,
  planned_by {bytes} NOT NULL,
  cooked_at {int},
  cooked_by {bytes},
  closed_at {int},
  closed_by {bytes},
  PRIMARY KEY (district_id, id),
  UNIQUE (district_id, number),
  FOREIGN KEY (district_id, menu_id) REFERENCES menu (district_id, id),
  FOREIGN KEY (district_id, other_menu_id) REFERENCES menu (district_id, id)
) {table};
-- One run for a kitchen, a day and a meal.
CREATE UNIQUE INDEX kitchen_run_once ON kitchen_run (district_id, kitchen_id, for_day, meal) WHERE state <> 'cancelled';
CREATE INDEX kitchen_run_by_day ON kitchen_run (district_id, kitchen_id, for_day, id);
CREATE INDEX kitchen_run_newest ON kitchen_run (district_id, for_day, id);
-- What waits for somebody: a handful, however many meals there were.
CREATE INDEX kitchen_run_open ON kitchen_run (district_id, for_day, id) WHERE state NOT IN ('closed', 'cancelled');

-- A closed run that was opened again, with what it said of its leftovers before.
CREATE TABLE kitchen_run_reopened (
  district_id {int} NOT NULL,
  id {bytes} NOT NULL,
  run_id {bytes} NOT NULL,
  reason {text} NOT NULL,
  given {int} NOT NULL,
  wasted {int} NOT NULL,
  left_words {text} NOT NULL,
  reopened_at {int} NOT NULL,
  reopened_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, id),
  FOREIGN KEY (district_id, run_id) REFERENCES kitchen_run (district_id, id)
) {table};
CREATE INDEX kitchen_run_reopened_by_run ON kitchen_run_reopened (district_id, run_id, reopened_at);

-- What of a run a village was to receive, and received.
CREATE TABLE kitchen_run_village (
  district_id {int} NOT NULL,
  run_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  planned {int} NOT NULL,
  -- NULL: not delivered yet.
  delivered {int},
  PRIMARY KEY (district_id, run_id, village_code),
  FOREIGN KEY (district_id, run_id) REFERENCES kitchen_run (district_id, id)
) {table};

-- A portion for somebody who is enrolled, and whether it was eaten.
CREATE TABLE meal_serving (
  district_id {int} NOT NULL,
  run_id {bytes} NOT NULL,
  enrolment_id {bytes} NOT NULL,
  person_id {bytes} NOT NULL,
  family_id {bytes} NOT NULL,
  village_code {int} NOT NULL,
  for_day {int} NOT NULL,
  -- What is served: the run's menu or its other one; NULL: nothing, because of `kept_from`.
  menu_id {bytes},
  -- 'allergy', 'age'; ''.
  kept_from {text} NOT NULL,
  -- '', 'all', 'half', 'none', 'absent', 'refused'
  mark {text} NOT NULL,
  -- Who took the portion home; ''.
  taken_by {text} NOT NULL,
  -- The portion's way to the household.
  transfer_id {bytes},
  marked_at {int},
  marked_by {bytes},
  PRIMARY KEY (district_id, run_id, enrolment_id),
  FOREIGN KEY (district_id, run_id) REFERENCES kitchen_run (district_id, id),
  FOREIGN KEY (district_id, enrolment_id) REFERENCES meal_enrolment (district_id, id)
) {table};
CREATE INDEX meal_serving_by_enrolment ON meal_serving (district_id, enrolment_id, for_day);
CREATE INDEX meal_serving_by_family ON meal_serving (district_id, family_id, for_day);
CREATE INDEX meal_serving_by_mark ON meal_serving (district_id, marked_at);
CREATE INDEX meal_serving_by_village ON meal_serving (district_id, village_code, for_day);

-- What a portion should hold, where the district says otherwise than the guide that is shipped.
CREATE TABLE meal_norm (
  district_id {int} NOT NULL,
  -- 'm6', 'm9', 'm12', 'm24', 'pregnant'
  age {text} NOT NULL,
  -- Kilocalories, and grams of protein times 10.
  energy_from {int} NOT NULL,
  energy_to {int} NOT NULL,
  protein_from {int} NOT NULL,
  protein_to {int} NOT NULL,
  -- Different animal foods preferred.
  animal_sources {int} NOT NULL,
  changed_at {int} NOT NULL,
  changed_by {bytes} NOT NULL,
  PRIMARY KEY (district_id, age)
) {table};

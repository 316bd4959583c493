//! How the world comes in. The gates know the steps only through the ordered list [`crate::steps::ALL`].

pub mod cli;
pub mod demo;
mod first_run;
pub mod home;
pub mod http;

use crate::steps;
use asuh_ground::Registry;
use asuh_ground::part::Part;
use asuh_ground::web::MenuGroup;

/// The parts of the program in order: the steps of the data's path, then what the ground shows of itself.
pub fn parts() -> impl Iterator<Item = &'static Part> {
    steps::ALL.iter().chain(asuh_ground::PARTS)
}

/// Everything that the parts register, in order; whoever runs with it also has the words for it.
pub fn registry() -> Registry {
    asuh_ground::web::speak(asuh_words::sentence);
    let mut registry = Registry::default();
    for part in parts() {
        if !part.menu.is_empty() {
            match registry.menu.iter_mut().find(|group| group.heading == part.heading) {
                Some(group) => group.items.extend(part.menu.iter().copied()),
                None => {
                    registry.menu.push(MenuGroup { heading: part.heading, items: part.menu.to_vec() });
                }
            }
        }
        registry.tasks.extend(part.tasks);
        registry.family_panels.extend(part.family_panel);
        registry.family_gaps.extend(part.family_gaps);
        registry.user_panels.extend(part.user_panel);
        registry.sponsor_panels.extend(part.sponsor_panels);
        registry.help_received.extend(part.help_received);
        registry.gifts_given.extend(part.gifts_given);
        registry.help_moved.extend(part.help_moved);
        registry.jobs.extend(part.jobs.iter().copied());
        registry.imports.extend(part.imports.iter().copied());
        registry.subject_exports.extend(part.subject_export);
        registry.references.extend(part.references);
        registry.checks.extend(part.check);
        registry.persons_changed.extend(part.persons_changed);
    }
    registry
}

//! The rules on erasure, as those who enter and decide are shown them.

use rokuon_db::erasures::RestsOn;
use rokuon_policy::keeping::erasure_rules::{self, ErasureBasis};
use rokuon_policy::policy::Policy;

use crate::routes::erasures::model::{Basis, RefusalGround, Rules};
use crate::text::Text;

/// The rules of a tenant.
pub fn rules_of(policy: &Policy) -> Rules {
    let form = erasure_rules::application(policy);
    Rules {
        application: form.map(|form| form.key.clone()),
        name: form.map(|form| (&form.name).into()),
        form: form.and_then(|form| form.form.clone()),
        sentence: form.map(|form| (&form.sentence).into()),
        article_label: form
            .map_or_else(|| policy.provision.article.label_ja(), |form| form.article.label_ja()),
        refused_while: form
            .iter()
            .flat_map(|form| &form.refused_while)
            .map(|ground| RefusalGround {
                key: ground.key.clone(),
                name: (&ground.name).into(),
                sentence: (&ground.sentence).into(),
                article_label: ground.article.label_ja(),
            })
            .collect(),
    }
}

/// What an erasure rests on, as the engine takes it.
pub fn basis(rests_on: &RestsOn) -> ErasureBasis<'_> {
    match rests_on {
        RestsOn::Application(key) => ErasureBasis::Application(key),
        RestsOn::Law(law) => ErasureBasis::Law(law),
    }
}

/// What an erasure rests on, as it is shown.
pub fn basis_of(policy: &Policy, rests_on: &RestsOn) -> Basis {
    match rests_on {
        RestsOn::Application(key) => {
            let form = policy.applications.iter().find(|form| form.key == *key);
            Basis {
                application: Some(key.clone()),
                name: form
                    .map_or_else(|| Text { ja: key.clone(), en: key.clone() }, |form| (&form.name).into()),
                article_label: form
                    .map_or_else(|| policy.provision.article.label_ja(), |form| form.article.label_ja()),
            }
        }
        RestsOn::Law(law) => Basis {
            application: None,
            name: Text { ja: law.clone(), en: law.clone() },
            article_label: policy.provision.article.label_ja(),
        },
    }
}

//! Forgets what is in memory of recordings whose destruction was committed: unwrapped keys and pictures of their sound.

use std::time::Duration;

use rokuon_db::destruction::DestroyingBell;

use crate::app::App;

/// How long to wait before listening anew.
const AGAIN: Duration = Duration::from_secs(5);

/// Listens until dropped. What could not be heard is forgotten whole: whoever hears a recording then costs one unwrapping more.
pub async fn forget_the_destroyed(app: App) {
    loop {
        match DestroyingBell::listen(app.db()).await {
            Ok(mut bell) => {
                forget_everything(&app);
                loop {
                    match bell.rings().await {
                        Ok(recordings) => {
                            for recording in recordings {
                                app.reader().evict(recording);
                                app.pictures().forget(recording);
                            }
                        }
                        Err(error) => {
                            tracing::debug!(%error, "the bell of destructions is lost; it is asked for again");
                            break;
                        }
                    }
                }
            }
            Err(error) => tracing::debug!(%error, "the bell of destructions cannot be heard yet"),
        }
        forget_everything(&app);
        tokio::time::sleep(AGAIN).await;
    }
}

fn forget_everything(app: &App) {
    app.reader().evict_all();
    app.pictures().forget_all();
}

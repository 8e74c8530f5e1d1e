//! A connection to a server, with the task that drives it.

use std::ops::{Deref, DerefMut};

use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::Client;
use tokio_postgres::config::SslMode;

use super::dsn::Dsn;
use super::error::{Error, chain};
use super::tls;

/// A connection. It ends when it is dropped.
#[derive(Debug)]
pub struct Connection {
    client: Client,
    driver: JoinHandle<()>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// There is no server, it refuses the login, or its certificate is not to be trusted.
    pub async fn open(dsn: &Dsn) -> Result<Self, Error> {
        let failed =
            |reason: String, code| Error::Connect { server: dsn.to_string(), reason, code };
        let config = dsn.config();
        let connector = tls::connector(&dsn.tls).map_err(|reason| failed(reason, None))?;
        let connecting = async {
            let (client, driver) = if config.get_ssl_mode() == SslMode::Disable {
                let (client, connection) = config.connect(tokio_postgres::NoTls).await?;
                (client, tokio::spawn(async move { drop(connection.await) }))
            } else {
                let (client, connection) = config.connect(connector).await?;
                (client, tokio::spawn(async move { drop(connection.await) }))
            };
            Ok::<_, tokio_postgres::Error>(Self { client, driver })
        };
        // The library's own limit holds for the socket only, and not for the server's greeting.
        match timeout(dsn.connect_timeout, connecting).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => {
                Err(failed(chain(&error), error.as_db_error().map(|said| said.code().clone())))
            }
            Err(_) => {
                let limit = dsn.connect_timeout.as_secs_f32();
                Err(failed(format!("no answer within {limit} s"), None))
            }
        }
    }

    /// Ends the connection and waits until it has ended.
    pub async fn close(self) {
        let Self { client, driver } = self;
        drop(client);
        drop(driver.await);
    }
}

impl Deref for Connection {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}

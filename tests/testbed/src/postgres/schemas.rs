//! A database that has the owners' schemas and no row, for the compiler and for the tests of the stores.

use std::path::Path;
use std::sync::Arc;

use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions};

use super::{Postgres, failed_to};
use crate::error::Result;
use crate::keeper::Keeper;
use crate::service::Kind;

/// The database's name. No process stays connected to it, so that it can be copied.
const DATABASE: &str = "rollcall_schemas";

/// Query for the statements that a service runs after its migrations, to put row-level security around its tables.
const WALL: &str = include_str!("../../../../services/chassis/sql/wall/missing.sql");

/// Services that own schemas.
const OWNERS: [Kind; 2] = [Kind::Scheduler, Kind::Reconcile];

impl Postgres {
    /// Makes the database and applies each owner's migrations and views, as the owner's own role.
    pub(crate) async fn create_schemas(&self, keeper: &Arc<Keeper>) -> Result<()> {
        self.create_database(keeper, DATABASE).await?;
        for owner in OWNERS {
            self.migrate(owner).await?;
        }
        Ok(())
    }

    /// The address of that database for the superuser, who may copy it.
    pub(crate) fn schemas_url(&self) -> String {
        self.url(DATABASE)
    }

    /// The address of that database for a service's own role.
    pub(crate) fn service_schemas_url(&self, kind: Kind) -> Option<String> {
        self.service_url(kind, DATABASE)
    }

    /// Applies an owner's migrations, the wall between tenants, and then its views, in the order of their names.
    async fn migrate(&self, owner: Kind) -> Result<()> {
        let Some(url) = self.service_schemas_url(owner) else {
            return Ok(());
        };
        let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services");
        let folder = services.join(owner.name());
        let migrate = async {
            let migrator = Migrator::new(folder.join("migrations")).await?;
            let mut connection = url.parse::<PgConnectOptions>()?.connect().await?;
            migrator.run(&mut connection).await?;
            let wall: Vec<String> = sqlx::query_scalar(WALL).fetch_all(&mut connection).await?;
            for statement in wall {
                sqlx::raw_sql(AssertSqlSafe(statement))
                    .execute(&mut connection)
                    .await?;
            }
            apply(&mut connection, &folder.join("views")).await?;
            let fleet = format!("SET ROLE rollcall_{}_fleet", owner.name());
            sqlx::raw_sql(AssertSqlSafe(fleet))
                .execute(&mut connection)
                .await?;
            apply(&mut connection, &folder.join("views/fleet")).await?;
            connection.close().await
        };
        migrate.await.map_err(failed_to("apply the migrations"))
    }
}

/// Applies the views in a folder.
async fn apply(connection: &mut PgConnection, folder: &Path) -> sqlx::Result<()> {
    for view in views(folder).map_err(sqlx::Error::Io)? {
        sqlx::raw_sql(AssertSqlSafe(view))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The texts of the views in a folder.
fn views(folder: &Path) -> std::io::Result<Vec<String>> {
    let entries = std::fs::read_dir(folder)?;
    let mut files = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|file| file.is_file());
    files.sort();
    files.iter().map(std::fs::read_to_string).collect()
}

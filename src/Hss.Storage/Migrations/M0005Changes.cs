using Hss.Storage.Model;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Hss.Storage.Migrations;

/// <summary>Who changed what and when, what stood before, which requests were served, and the tokens of those who may ask.</summary>
/// Why AUTOINCREMENT: the number of a change is the revision of the version it makes, and no number may ever mean two versions.
/// Why the count begins at 2: what was provisioned before there were records has revision 1, and no record says how it came to be.
[DbContext(typeof(HssDbContext))]
[Migration("0005_changes")]
internal sealed class M0005Changes : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.Sql("""
            CREATE TABLE subscription_change (
                -- Audit record and change feed in one. What a change made is what the next change of the same subscription found, or what stands now.
                id INTEGER NOT NULL CONSTRAINT PK_subscription_change PRIMARY KEY AUTOINCREMENT,
                time INTEGER NOT NULL,          -- milliseconds since 1970, UTC
                kind INTEGER NOT NULL,          -- 1 created, 2 updated, 3 deleted, 4 something that changed no subscription
                subscription_id TEXT NOT NULL,  -- empty: about no subscription
                actor TEXT NOT NULL,
                method TEXT NOT NULL,
                remote_address TEXT,
                request_id TEXT,
                undoes INTEGER,                 -- subscription_change.id
                summary TEXT,
                before_document BLOB,           -- subscription.document as it was; NULL: there was none
                before_credentials BLOB         -- of each private identity: length (2 octets), identity, SQN ceiling (8), length (4), private_identity.credentials as it was
            );
            """);
        migrationBuilder.Sql("CREATE INDEX IX_subscription_change_subscription_id ON subscription_change (subscription_id);");
        migrationBuilder.Sql("CREATE INDEX IX_subscription_change_time ON subscription_change (time);");
        migrationBuilder.Sql("INSERT INTO sqlite_sequence (name, seq) VALUES ('subscription_change', 1);");
        migrationBuilder.Sql("""
            ALTER TABLE subscription ADD COLUMN revision
                /* subscription_change.id of the change that made this version; 1: older than the records */ INTEGER NOT NULL DEFAULT 1
            """);
        migrationBuilder.Sql("""
            CREATE TABLE provisioning_request (
                -- Requests that were served: the same id again changes nothing and gets the same outcome.
                request_id TEXT NOT NULL CONSTRAINT PK_provisioning_request PRIMARY KEY,
                request_hash BLOB NOT NULL,     -- of the SHA-256 of the request: HMAC-SHA-256 under a key derived from the master key
                time INTEGER NOT NULL,          -- milliseconds since 1970, UTC
                outcomes BLOB NOT NULL          -- JSON in UTF-8, of each subscription: [name, kind, revision, jobs]
            ) WITHOUT ROWID;
            """);
        migrationBuilder.Sql("CREATE INDEX IX_provisioning_request_time ON provisioning_request (time);");
        migrationBuilder.Sql("""
            CREATE TABLE access_token (
                name TEXT NOT NULL CONSTRAINT PK_access_token PRIMARY KEY,
                hash BLOB NOT NULL,             -- SHA-256 of the text, which is kept nowhere
                role INTEGER NOT NULL,          -- 1 reader, 2 provisioner, 3 authentication-admin, 4 operator
                created INTEGER NOT NULL,       -- milliseconds since 1970, UTC
                expires INTEGER,
                created_by TEXT NOT NULL
            ) WITHOUT ROWID;
            """);
    }

    protected override void Down(MigrationBuilder migrationBuilder) => throw new NotSupportedException("a store is never taken back to an older schema");
}

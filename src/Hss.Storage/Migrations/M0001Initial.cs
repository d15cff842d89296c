using Hss.Storage.Model;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Hss.Storage.Migrations;

/// <summary>The first schema. Written as SQL, because only so the comments stay in the file (".schema" shows them) and the two tables that
/// are looked up by a text or a pair can do without a row number.</summary>
[DbContext(typeof(HssDbContext))]
[Migration("0001_initial")]
internal sealed class M0001Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.Sql("""
            CREATE TABLE subscription (
                -- IMS subscription: TS 29.228 clause 5, TS 23.008 3.
                id INTEGER NOT NULL CONSTRAINT PK_subscription PRIMARY KEY,
                subscription_id TEXT NOT NULL,  -- the operator's name for it
                document BLOB NOT NULL,         -- subscription document, JSON in UTF-8, without credentials and registration state
                created INTEGER NOT NULL,       -- seconds since 1970, UTC
                updated INTEGER NOT NULL
            );
            """);
        migrationBuilder.Sql("CREATE UNIQUE INDEX IX_subscription_subscription_id ON subscription (subscription_id);");
        migrationBuilder.Sql("""
            CREATE TABLE private_identity (
                -- IMPI, a NAI: TS 23.003 13.3. What it authenticates with: TS 33.203 6.1 (AKA), Annex N (SIP Digest).
                id INTEGER NOT NULL CONSTRAINT PK_private_identity PRIMARY KEY,
                identity TEXT NOT NULL,
                subscription INTEGER NOT NULL CONSTRAINT FK_private_identity_subscription_subscription
                    REFERENCES subscription (id) ON DELETE CASCADE,
                ordinal INTEGER NOT NULL,       -- position in the document
                credentials BLOB NOT NULL       -- K, OPc, AMF, HA1, password: sealed under the master key, bound to this identity
            );
            """);
        migrationBuilder.Sql("CREATE UNIQUE INDEX IX_private_identity_identity ON private_identity (identity);");
        migrationBuilder.Sql("CREATE INDEX IX_private_identity_subscription ON private_identity (subscription);");
        migrationBuilder.Sql("""
            CREATE TABLE sequence_number (
                -- TS 33.102 C.1: no SQN is ever issued twice for one key. Narrow, because a reservation rewrites the row.
                private_identity INTEGER NOT NULL CONSTRAINT PK_sequence_number PRIMARY KEY
                    CONSTRAINT FK_sequence_number_private_identity_private_identity REFERENCES private_identity (id) ON DELETE CASCADE,
                sqn_ceiling INTEGER NOT NULL    -- 48 bits: the highest SQN that may have been issued, IND included, whatever the split
            );
            """);
        migrationBuilder.Sql("""
            CREATE TABLE public_identity (
                -- IMPU or PSI, a canonical SIP or tel URI: TS 23.003 13.4. Each belongs to one implicit registration set: TS 29.228 6.5.
                identity TEXT NOT NULL CONSTRAINT PK_public_identity PRIMARY KEY,
                subscription INTEGER NOT NULL CONSTRAINT FK_public_identity_subscription_subscription
                    REFERENCES subscription (id) ON DELETE CASCADE,
                set_ordinal INTEGER NOT NULL,
                type INTEGER NOT NULL           -- IdentityType, TS 29.228 Annex E
            ) WITHOUT ROWID;
            """);
        migrationBuilder.Sql("CREATE INDEX IX_public_identity_subscription ON public_identity (subscription);");
        migrationBuilder.Sql("""
            CREATE TABLE registration_set (
                -- Registration state of an implicit registration set: TS 29.228 6.1.2, 6.3, 6.5. No row: not registered.
                subscription INTEGER NOT NULL CONSTRAINT FK_registration_set_subscription_subscription
                    REFERENCES subscription (id) ON DELETE CASCADE,
                set_ordinal INTEGER NOT NULL,
                status INTEGER NOT NULL,        -- 0 NOT REGISTERED, 1 UNREGISTERED, 2 REGISTERED
                server_name TEXT,               -- S-CSCF, SIP URI
                diameter_host TEXT,             -- Origin-Host of that S-CSCF, where RTR and PPR go: TS 29.229 5.5
                diameter_realm TEXT,
                reassignment_pending INTEGER NOT NULL,
                registered TEXT,                -- private_identity.id, separated by commas
                authentication_pending TEXT,    -- private_identity.id, separated by commas
                CONSTRAINT PK_registration_set PRIMARY KEY (subscription, set_ordinal)
            ) WITHOUT ROWID;
            """);
        migrationBuilder.Sql("""
            CREATE TABLE store_meta (
                name TEXT NOT NULL CONSTRAINT PK_store_meta PRIMARY KEY,
                value BLOB NOT NULL             -- master_key_check: recognises the key that sealed the credentials
            ) WITHOUT ROWID;
            """);
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException("there is nothing before the first schema");
}

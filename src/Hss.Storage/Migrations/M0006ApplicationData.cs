using Hss.Storage.Model;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Hss.Storage.Migrations;

/// <summary>What application servers keep here, subscribe to, may do, and are owed; and the names besides public identities by which they find a user.</summary>
/// Why a mark in subscription: nearly all subscribers have no such data, and reading them must not look into five tables to find nothing.
/// Why notification has no reference to subscription: it tells of the removal, too. Why AUTOINCREMENT: as in cx_job.
[DbContext(typeof(HssDbContext))]
[Migration("0006_application_data")]
internal sealed class M0006ApplicationData : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.Sql("""
            ALTER TABLE subscription ADD COLUMN has_application_data
                /* 0: no row of repository_data, notification_subscription, inactive_service, sms_registration, access_report; 1: there may be */
                INTEGER NOT NULL DEFAULT 0
            """);
        migrationBuilder.Sql("""
            CREATE TABLE repository_data (
                -- Transparent data: TS 29.328 7.6.1.
                id INTEGER NOT NULL CONSTRAINT PK_repository_data PRIMARY KEY,
                subscription INTEGER NOT NULL CONSTRAINT FK_repository_data_subscription_subscription
                    REFERENCES subscription (id) ON DELETE CASCADE,
                public_identity TEXT NOT NULL,  -- as provisioned; all identities of its alias set are keys of it
                service_indication TEXT NOT NULL,
                sequence_number INTEGER NOT NULL,
                service_data BLOB NOT NULL      -- what stands between the tags of ServiceData, UTF-8
            );
            """);
        migrationBuilder.Sql("""
            CREATE UNIQUE INDEX IX_repository_data_subscription_public_identity_service_indication
                ON repository_data (subscription, public_identity, service_indication);
            """);
        migrationBuilder.Sql("""
            CREATE TABLE notification_subscription (
                -- Who wants to hear of what: TS 29.328 6.1.3.
                subscription INTEGER NOT NULL CONSTRAINT FK_notification_subscription_subscription_subscription
                    REFERENCES subscription (id) ON DELETE CASCADE,
                application_server TEXT NOT NULL,       -- Origin-Host, lower case
                user_identity TEXT NOT NULL,
                user_kind INTEGER NOT NULL,             -- 0 public identity, 1 MSISDN, 2 External-Identifier
                data_reference INTEGER NOT NULL,        -- TS 29.329 6.3.4
                detail TEXT NOT NULL,                   -- Service-Indication, Identity-Set, Server-Name, or Server-Name and DSAI-Tag
                private_identity TEXT NOT NULL,         -- User-Name of the SNR; empty: none
                application_server_realm TEXT NOT NULL,
                asked_identity TEXT,                    -- the public identity as the application server wrote it
                expiry INTEGER,                         -- milliseconds since 1970, UTC, as all times here; NULL: without end
                one_time INTEGER NOT NULL,
                combines_changes INTEGER NOT NULL,
                CONSTRAINT PK_notification_subscription
                    PRIMARY KEY (subscription, application_server, user_identity, user_kind, data_reference, detail, private_identity)
            ) WITHOUT ROWID;
            """);
        migrationBuilder.Sql("""
            CREATE INDEX IX_notification_subscription_application_server_data_reference
                ON notification_subscription (application_server, data_reference);
            """);
        migrationBuilder.Sql("""
            CREATE TABLE inactive_service (
                -- DSAI with value INACTIVE; what has no row is ACTIVE: TS 29.328 7.6.18.
                subscription INTEGER NOT NULL CONSTRAINT FK_inactive_service_subscription_subscription
                    REFERENCES subscription (id) ON DELETE CASCADE,
                public_identity TEXT NOT NULL,
                server_name TEXT NOT NULL,      -- of the application server, SIP URI
                tag TEXT NOT NULL,
                CONSTRAINT PK_inactive_service PRIMARY KEY (subscription, public_identity, server_name, tag)
            ) WITHOUT ROWID;
            """);
        migrationBuilder.Sql("""
            CREATE TABLE sms_registration (
                -- The IP-SM-GW that registered: TS 29.328 7.6.19.
                subscription INTEGER NOT NULL CONSTRAINT FK_sms_registration_subscription_subscription
                    REFERENCES subscription (id) ON DELETE CASCADE,
                private_identity TEXT NOT NULL,
                number TEXT NOT NULL,           -- E.164 digits
                diameter_host TEXT NOT NULL,
                diameter_realm TEXT NOT NULL,
                CONSTRAINT PK_sms_registration PRIMARY KEY (subscription, private_identity)
            ) WITHOUT ROWID;
            """);
        migrationBuilder.Sql("""
            CREATE TABLE access_report (
                -- What the access networks last said: TS 29.328 7.6.6, 7.6.7, 7.6.14 to 7.6.17.
                id INTEGER NOT NULL CONSTRAINT PK_access_report PRIMARY KEY,
                subscription INTEGER NOT NULL CONSTRAINT FK_access_report_subscription_subscription
                    REFERENCES subscription (id) ON DELETE CASCADE,
                private_identity TEXT NOT NULL,
                reported INTEGER NOT NULL,
                document BLOB NOT NULL          -- Sh-Data
            );
            """);
        migrationBuilder.Sql("CREATE UNIQUE INDEX IX_access_report_subscription_private_identity ON access_report (subscription, private_identity);");
        migrationBuilder.Sql("""
            CREATE TABLE notification (
                -- PNRs that are owed: TS 29.328 6.1.4. Written with the change that they tell of.
                id INTEGER NOT NULL CONSTRAINT PK_notification PRIMARY KEY AUTOINCREMENT,
                state INTEGER NOT NULL,                 -- 0 pending, 1 acknowledged, 2 failed, 4 withdrawn
                subscription_id TEXT NOT NULL,
                application_server TEXT NOT NULL,       -- Destination-Host, lower case
                user_identity TEXT NOT NULL,
                user_kind INTEGER NOT NULL,
                data_reference INTEGER NOT NULL,
                detail TEXT NOT NULL,
                private_identity TEXT NOT NULL,
                application_server_realm TEXT NOT NULL, -- Destination-Realm
                asked_identity TEXT,
                combines_changes INTEGER NOT NULL,
                version INTEGER NOT NULL,               -- rises with every content that takes the place of an earlier one
                attempts INTEGER NOT NULL,
                created INTEGER NOT NULL,
                next_attempt INTEGER NOT NULL,
                finished INTEGER,
                result TEXT,
                content BLOB NOT NULL                   -- Sh-Data with the one piece that changed; empty once it is acknowledged or withdrawn
            );
            """);
        // One pending notification per subscription: a newer content takes the place of the older one.
        migrationBuilder.Sql("""
            CREATE UNIQUE INDEX IX_notification_pending ON notification
                (subscription_id, application_server, user_identity, user_kind, data_reference, detail, private_identity) WHERE state = 0;
            """);
        // Of a hundred thousand that wait for one application server the first few are wanted, and the counts of all without reading their rows.
        migrationBuilder.Sql("""
            CREATE INDEX IX_notification_application_server_next_attempt_created ON notification (application_server, next_attempt, created) WHERE state = 0;
            """);
        migrationBuilder.Sql("""
            CREATE INDEX IX_notification_application_server_user_identity_user_kind_data_reference
                ON notification (application_server, user_identity, user_kind, data_reference) WHERE state = 0;
            """);
        migrationBuilder.Sql("CREATE INDEX IX_notification_finished ON notification (finished) WHERE state <> 0;");
        migrationBuilder.Sql("""
            CREATE TABLE application_server (
                -- AS permission list: TS 29.328 6.2.
                diameter_host TEXT NOT NULL CONSTRAINT PK_application_server PRIMARY KEY,   -- Origin-Host, lower case
                document BLOB NOT NULL,         -- JSON in UTF-8: Server-Names, and of each Data-Reference what it may do (1 pull, 2 update, 4 notify)
                revision INTEGER NOT NULL       -- subscription_change.id of the change that made it
            ) WITHOUT ROWID;
            """);
        migrationBuilder.Sql("""
            CREATE TABLE user_identity (
                -- Names of a user besides public identities: TS 29.329 6.3.1.
                identity TEXT NOT NULL,
                kind INTEGER NOT NULL,          -- 1 MSISDN, 2 External-Identifier
                subscription INTEGER NOT NULL CONSTRAINT FK_user_identity_subscription_subscription
                    REFERENCES subscription (id) ON DELETE CASCADE,
                CONSTRAINT PK_user_identity PRIMARY KEY (identity, kind)
            ) WITHOUT ROWID;
            """);
        migrationBuilder.Sql("CREATE INDEX IX_user_identity_subscription ON user_identity (subscription);");
    }

    protected override void Down(MigrationBuilder migrationBuilder) => throw new NotSupportedException("a store is never taken back to an older schema");
}

using Hss.Storage.Model;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Hss.Storage.Migrations;

/// <summary>A place for the RTRs and PPRs that the HSS owes to S-CSCFs.</summary>
/// Why no reference to subscription: the RTR of a removed subscription outlives it.
/// Why AUTOINCREMENT: numbers say the order, and one that an operator has written down must never come to mean another job.
[DbContext(typeof(HssDbContext))]
[Migration("0003_cx_jobs")]
internal sealed class M0003CxJobs : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.Sql("""
            CREATE TABLE cx_job (
                -- Requests of the HSS: TS 29.228 6.1.3 (RTR), 6.2.2 (PPR). Written with the change that causes them, ended with the state they change.
                id INTEGER NOT NULL CONSTRAINT PK_cx_job PRIMARY KEY AUTOINCREMENT,
                kind INTEGER NOT NULL,              -- 0 RTR, 1 PPR
                state INTEGER NOT NULL,             -- 0 pending, 1 acknowledged, 2 failed, 3 forced, 4 withdrawn
                subscription_id TEXT NOT NULL,
                server_name TEXT NOT NULL,          -- S-CSCF, SIP URI
                diameter_host TEXT NOT NULL,        -- Destination-Host
                diameter_realm TEXT NOT NULL,
                private_identity TEXT NOT NULL,     -- User-Name
                public_identities TEXT NOT NULL,    -- one per line
                associated_identities TEXT NOT NULL,-- IMPIs, one per line
                reason INTEGER NOT NULL,            -- Reason-Code of an RTR: TS 29.229 6.3.17
                reason_text TEXT,                   -- Reason-Info
                parts INTEGER NOT NULL,             -- PPR: 1 User-Data, 2 charging, 4 digest credentials, 8 allowed WAF and WWSF
                clears_on_answer INTEGER NOT NULL,  -- 1: the registration state waits for the answer
                attempts INTEGER NOT NULL,
                created INTEGER NOT NULL,           -- milliseconds since 1970, UTC, as all times here
                next_attempt INTEGER NOT NULL,
                finished INTEGER,
                result TEXT
            );
            """);
        // Of a hundred thousand due jobs the first few are wanted, and the counts of all without reading their rows: an index for each.
        migrationBuilder.Sql("CREATE INDEX IX_cx_job_diameter_host_next_attempt ON cx_job (diameter_host, next_attempt) WHERE state = 0;");
        migrationBuilder.Sql("CREATE INDEX IX_cx_job_diameter_host_kind_next_attempt_created ON cx_job (diameter_host, kind, next_attempt, created) WHERE state = 0;");
        migrationBuilder.Sql("CREATE INDEX IX_cx_job_subscription_id ON cx_job (subscription_id) WHERE state = 0;");
        migrationBuilder.Sql("CREATE INDEX IX_cx_job_finished ON cx_job (finished) WHERE state <> 0;");
    }

    protected override void Down(MigrationBuilder migrationBuilder) => throw new NotSupportedException("a store is never taken back to an older schema");
}

using Hss.Storage.Model;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Hss.Storage.Migrations;

/// <summary>A place for the ceilings of private identities that were taken out of the store: they may come back with the same key.</summary>
[DbContext(typeof(HssDbContext))]
[Migration("0002_retired_sequence_numbers")]
internal sealed class M0002RetiredSequenceNumbers : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.Sql("""
            CREATE TABLE retired_sequence_number (
                -- TS 33.102 C.1: no SQN is ever issued twice for one key, also when its IMPI was gone for a while.
                identity TEXT NOT NULL CONSTRAINT PK_retired_sequence_number PRIMARY KEY,
                sqn_ceiling INTEGER NOT NULL
            ) WITHOUT ROWID;
            """);
    }

    protected override void Down(MigrationBuilder migrationBuilder) => throw new NotSupportedException("a store is never taken back to an older schema");
}

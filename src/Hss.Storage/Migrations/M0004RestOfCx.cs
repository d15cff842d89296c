using Hss.Storage.Model;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Hss.Storage.Migrations;

/// <summary>Restoration data and the mark of an outdated profile beside the registration state; the wildcarded identities in an index of
/// their own, because all of them are read at every start and they are few among millions.</summary>
[DbContext(typeof(HssDbContext))]
[Migration("0004_rest_of_cx")]
internal sealed class M0004RestOfCx : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.Sql("""
            ALTER TABLE registration_set ADD COLUMN restoration
                /* SCSCF-Restoration-Info, TS 29.229 6.3.46; each: private_identity.id (8 octets), length (4 octets), the AVPs of the group */ BLOB
            """);
        migrationBuilder.Sql("""
            ALTER TABLE registration_set ADD COLUMN user_data_outdated
                /* 1: the S-CSCF has an older profile and could not be told; the next SAA brings it, TS 29.228 6.6 */ INTEGER NOT NULL DEFAULT 0
            """);
        migrationBuilder.Sql("CREATE INDEX IX_public_identity_type ON public_identity (type) WHERE type IN (2, 4)");
    }

    protected override void Down(MigrationBuilder migrationBuilder) => throw new NotSupportedException("a store is never taken back to an older schema");
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Hss.Storage.Model;

/// <summary>The tables. Entity Framework upgrades the schema and counts rows; the statements of procedures and provisioning are written by
/// hand (<see cref="Sqlite.SqliteWriter"/>), because change tracking would cost more than the work itself.</summary>
/// Why registration_set has no row for a set that was never registered: an absent row is the initial state, and most subscribers
/// of a fresh import are in it.
internal sealed class HssDbContext(DbContextOptions<HssDbContext> options) : DbContext(options)
{
    public DbSet<SubscriptionRow> Subscriptions => Set<SubscriptionRow>();
    public DbSet<PrivateIdentityRow> PrivateIdentities => Set<PrivateIdentityRow>();
    public DbSet<SequenceNumberRow> SequenceNumbers => Set<SequenceNumberRow>();
    public DbSet<PublicIdentityRow> PublicIdentities => Set<PublicIdentityRow>();
    public DbSet<RegistrationSetRow> RegistrationSets => Set<RegistrationSetRow>();
    public DbSet<StoreMetaRow> StoreMeta => Set<StoreMetaRow>();

    public static HssDbContext OnSqlite(string connectionString) =>
        new(new DbContextOptionsBuilder<HssDbContext>()
            .UseSqlite(connectionString)
            // There is no model snapshot: a test compares the migrated schema with this model instead.
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning))
            .Options);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        Table<SubscriptionRow>(modelBuilder, "subscription", table =>
        {
            table.HasKey(row => row.Id);
            table.HasIndex(row => row.SubscriptionId).IsUnique();
        });
        Table<PrivateIdentityRow>(modelBuilder, "private_identity", table =>
        {
            table.HasKey(row => row.Id);
            table.HasIndex(row => row.Identity).IsUnique();
            table.HasOne<SubscriptionRow>().WithMany().HasForeignKey(row => row.Subscription).OnDelete(DeleteBehavior.Cascade);
        });
        Table<SequenceNumberRow>(modelBuilder, "sequence_number", table =>
        {
            table.HasKey(row => row.PrivateIdentity);
            table.Property(row => row.PrivateIdentity).ValueGeneratedNever();
            table.HasOne<PrivateIdentityRow>().WithOne().HasForeignKey<SequenceNumberRow>(row => row.PrivateIdentity)
                .OnDelete(DeleteBehavior.Cascade);
        });
        Table<RetiredSequenceNumberRow>(modelBuilder, "retired_sequence_number", table => table.HasKey(row => row.Identity));
        Table<PublicIdentityRow>(modelBuilder, "public_identity", table =>
        {
            table.HasKey(row => row.Identity);
            table.HasIndex(row => row.Type).HasFilter("type IN (2, 4)");
            table.HasOne<SubscriptionRow>().WithMany().HasForeignKey(row => row.Subscription).OnDelete(DeleteBehavior.Cascade);
        });
        Table<RegistrationSetRow>(modelBuilder, "registration_set", table =>
        {
            table.HasKey(row => new { row.Subscription, row.SetOrdinal });
            table.HasOne<SubscriptionRow>().WithMany().HasForeignKey(row => row.Subscription).OnDelete(DeleteBehavior.Cascade);
        });
        Table<CxJobRow>(modelBuilder, "cx_job", table =>
        {
            table.HasKey(row => row.Id);
            table.HasIndex(row => new { row.DiameterHost, row.NextAttempt }).HasFilter("state = 0");
            table.HasIndex(row => new { row.DiameterHost, row.Kind, row.NextAttempt, row.Created }).HasFilter("state = 0");
            table.HasIndex(row => row.SubscriptionId).HasFilter("state = 0");
            table.HasIndex(row => row.Finished).HasFilter("state <> 0");
        });
        Table<SubscriptionChangeRow>(modelBuilder, "subscription_change", table =>
        {
            table.HasKey(row => row.Id);
            table.HasIndex(row => row.SubscriptionId);
            table.HasIndex(row => row.Time);
        });
        Table<ProvisioningRequestRow>(modelBuilder, "provisioning_request", table =>
        {
            table.HasKey(row => row.RequestId);
            table.HasIndex(row => row.Time);
        });
        Table<AccessTokenRow>(modelBuilder, "access_token", table => table.HasKey(row => row.Name));
        ApplicationTables(modelBuilder);
        Table<StoreMetaRow>(modelBuilder, "store_meta", table => table.HasKey(row => row.Name));
    }

    private static void ApplicationTables(ModelBuilder modelBuilder)
    {
        Table<RepositoryDataRow>(modelBuilder, "repository_data", table =>
        {
            table.HasKey(row => row.Id);
            table.HasIndex(row => new { row.Subscription, row.PublicIdentity, row.ServiceIndication }).IsUnique();
            table.HasOne<SubscriptionRow>().WithMany().HasForeignKey(row => row.Subscription).OnDelete(DeleteBehavior.Cascade);
        });
        Table<NotificationSubscriptionRow>(modelBuilder, "notification_subscription", table =>
        {
            table.HasKey(row => new { row.Subscription, row.ApplicationServer, row.UserIdentity, row.UserKind, row.DataReference, row.Detail, row.PrivateIdentity });
            table.HasIndex(row => new { row.ApplicationServer, row.DataReference });
            table.HasOne<SubscriptionRow>().WithMany().HasForeignKey(row => row.Subscription).OnDelete(DeleteBehavior.Cascade);
        });
        Table<InactiveServiceRow>(modelBuilder, "inactive_service", table =>
        {
            table.HasKey(row => new { row.Subscription, row.PublicIdentity, row.ServerName, row.Tag });
            table.HasOne<SubscriptionRow>().WithMany().HasForeignKey(row => row.Subscription).OnDelete(DeleteBehavior.Cascade);
        });
        Table<SmsRegistrationRow>(modelBuilder, "sms_registration", table =>
        {
            table.HasKey(row => new { row.Subscription, row.PrivateIdentity });
            table.HasOne<SubscriptionRow>().WithMany().HasForeignKey(row => row.Subscription).OnDelete(DeleteBehavior.Cascade);
        });
        Table<AccessReportRow>(modelBuilder, "access_report", table =>
        {
            table.HasKey(row => row.Id);
            table.HasIndex(row => new { row.Subscription, row.PrivateIdentity }).IsUnique();
            table.HasOne<SubscriptionRow>().WithMany().HasForeignKey(row => row.Subscription).OnDelete(DeleteBehavior.Cascade);
        });
        Table<NotificationRow>(modelBuilder, "notification", table =>
        {
            table.HasKey(row => row.Id);
            table.HasIndex(row => new { row.SubscriptionId, row.ApplicationServer, row.UserIdentity, row.UserKind, row.DataReference, row.Detail, row.PrivateIdentity })
                .IsUnique().HasFilter("state = 0").HasDatabaseName("IX_notification_pending");
            table.HasIndex(row => new { row.ApplicationServer, row.NextAttempt, row.Created }).HasFilter("state = 0");
            table.HasIndex(row => new { row.ApplicationServer, row.UserIdentity, row.UserKind, row.DataReference }).HasFilter("state = 0");
            table.HasIndex(row => row.Finished).HasFilter("state <> 0");
        });
        Table<ApplicationServerRow>(modelBuilder, "application_server", table => table.HasKey(row => row.DiameterHost));
        Table<UserIdentityRow>(modelBuilder, "user_identity", table =>
        {
            table.HasKey(row => new { row.Identity, row.Kind });
            table.HasOne<SubscriptionRow>().WithMany().HasForeignKey(row => row.Subscription).OnDelete(DeleteBehavior.Cascade);
        });
    }

    /// <summary>Tables and columns are lower case with underscores: ServerName is server_name.</summary>
    private static void Table<TRow>(ModelBuilder modelBuilder, string name, Action<EntityTypeBuilder<TRow>> build) where TRow : class
    {
        var table = modelBuilder.Entity<TRow>().ToTable(name);
        build(table);
        foreach (var property in table.Metadata.GetProperties())
            property.SetColumnName(string.Concat(property.Name.Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : c.ToString())).ToLowerInvariant());
    }
}

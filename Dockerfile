# One front end. Build: docker build -t hss .     Run: docker compose up
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY ifc-templates/ ifc-templates/
COPY db/demo.jsonl db/
COPY src/ src/
RUN dotnet publish src/Hss.Server/Hss.Server.csproj -c Release -o /app --nologo

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /app /app
# The store and the key that seals it are two volumes, so that one of them alone is worth nothing to a thief.
# A named volume takes over the owner these folders have here.
RUN mkdir /data /key && chown $APP_UID:$APP_UID /data /key && chmod 700 /data /key
VOLUME ["/data", "/key"]
ENV HSS_Storage__ConnectionString="Data Source=/data/hss.db" \
    HSS_Storage__MasterKeyFile=/key/master.key \
    HSS_Diameter__Listen__0=0.0.0.0:3868 \
    DOTNET_EnableDiagnostics=0
USER $APP_UID
# An appsettings.json in the working folder overrides the shipped one; log files go to logs/ below it.
WORKDIR /data
EXPOSE 3868
# The base image has no HTTP client, but its shell can speak to the operations listener, which is on the loopback of the container.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && grep -q '^HTTP/1.1 200' <&3"]
ENTRYPOINT ["dotnet", "/app/Hss.Server.dll"]

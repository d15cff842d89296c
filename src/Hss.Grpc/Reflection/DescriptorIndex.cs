using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Hss.Grpc;

/// <summary>The files behind a set of services, found by name, by what they define and by what they extend.</summary>
internal sealed class DescriptorIndex
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, FileDescriptor>> _extensions = new(StringComparer.Ordinal);

    public DescriptorIndex(IEnumerable<ServiceDescriptor> services)
    {
        foreach (var service in services) Add(service.File);
    }

    public FileDescriptor? FileByName(string name) => _files.GetValueOrDefault(name);

    public FileDescriptor? FileOfSymbol(string fullName) => _symbols.GetValueOrDefault(fullName);

    public FileDescriptor? FileOfExtension(string type, int number) => _extensions.GetValueOrDefault(type)?.GetValueOrDefault(number);

    /// <summary>Null when there is no such message.</summary>
    public IEnumerable<int>? ExtensionsOf(string type) =>
        _extensions.TryGetValue(type, out var found) ? found.Keys : _symbols.ContainsKey(type) ? [] : null;

    /// <summary>A file and all that it imports, directly or not; those that are imported come after those that import them.</summary>
    public static IEnumerable<ByteString> WithImports(FileDescriptor file)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<FileDescriptor>([file]);
        while (waiting.TryDequeue(out var next))
        {
            if (!seen.Add(next.Name)) continue;
            yield return next.SerializedData;
            foreach (var import in next.Dependencies) waiting.Enqueue(import);
        }
    }

    private void Add(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file)) return;
        foreach (var service in file.Services)
        {
            _symbols[service.FullName] = file;
            foreach (var method in service.Methods) _symbols[method.FullName] = file;
        }
        foreach (var message in file.MessageTypes) Add(message);
        foreach (var enumeration in file.EnumTypes) Add(enumeration);
        foreach (var extension in file.Extensions.UnorderedExtensions) Add(extension);
        foreach (var import in file.Dependencies) Add(import);
    }

    private void Add(MessageDescriptor message)
    {
        _symbols[message.FullName] = message.File;
        foreach (var field in message.Fields.InDeclarationOrder()) _symbols[field.FullName] = message.File;
        foreach (var oneof in message.Oneofs) _symbols[oneof.FullName] = message.File;
        foreach (var nested in message.NestedTypes) Add(nested);
        foreach (var enumeration in message.EnumTypes) Add(enumeration);
        foreach (var extension in message.Extensions.UnorderedExtensions) Add(extension);
    }

    private void Add(EnumDescriptor enumeration)
    {
        _symbols[enumeration.FullName] = enumeration.File;
        // The values of an enumeration stand beside it, not in it.
        var scope = enumeration.FullName[..^enumeration.Name.Length];
        foreach (var value in enumeration.Values) _symbols[scope + value.Name] = enumeration.File;
    }

    private void Add(FieldDescriptor extension)
    {
        _symbols[extension.FullName] = extension.File;
        var type = extension.ExtendeeType.FullName;
        if (!_extensions.TryGetValue(type, out var numbers)) _extensions[type] = numbers = [];
        numbers[extension.FieldNumber] = extension.File;
    }
}

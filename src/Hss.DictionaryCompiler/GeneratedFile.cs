namespace Hss.DictionaryCompiler;

/// <summary>One file of generated code: its path below the output folder and its text.</summary>
public sealed record GeneratedFile(string Path, string Text);

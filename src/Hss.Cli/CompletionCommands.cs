using System.CommandLine;
using System.CommandLine.Completions;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss completion bash|zsh|fish: a script for the shell, which asks this command what may come next.</summary>
/// Shape: the scripts hold no words of their own, so they need not be made again when the command learns something.
internal static class CompletionCommands
{
    /// <summary>Hidden: what the scripts call, with the words up to the cursor, the unfinished one last. One candidate per line: word, tab, what it is.</summary>
    public const string Words = "complete-words";

    private const string Bash = """
        # bash completion of hss. For this shell: source <(hss completion bash)
        # For good: hss completion bash > ~/.local/share/bash-completion/completions/hss
        _hss() {
            local line word words=()
            # readline takes --output=json apart at the sign; hss wants it whole.
            for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
                if [[ $word == "=" && ${#words[@]} -gt 0 ]]; then words[-1]+="="
                elif [[ ${#words[@]} -gt 0 && ${words[-1]} == --*= ]]; then words[-1]+="$word"
                else words+=("$word"); fi
            done
            COMPREPLY=()
            while IFS=$'\t' read -r line _; do
                [[ ${words[-1]} == --*=* ]] && line="${line#*=}"
                COMPREPLY+=("$line")
            done < <(command "${COMP_WORDS[0]}" complete-words -- "${words[@]}" 2>/dev/null)
        }
        complete -o default -F _hss hss

        """;

    private const string Zsh = """
        #compdef hss
        # zsh completion of hss. For this shell: source <(hss completion zsh)
        # For good: hss completion zsh > a file named _hss in a folder of $fpath
        _hss() {
            local -a candidates
            local word what
            while IFS=$'\t' read -r word what; do
                candidates+=("${word//:/\\:}:$what")
            done < <(command "${words[1]}" complete-words -- "${(@)words[2,CURRENT]}" 2>/dev/null)
            if (( ${#candidates} )); then _describe hss candidates; else _files; fi
        }
        if [[ "$funcstack[1]" == "_hss" ]]; then _hss "$@"; else compdef _hss hss; fi

        """;

    private const string Fish = """
        # fish completion of hss. For this shell: hss completion fish | source
        # For good: hss completion fish > ~/.config/fish/completions/hss.fish
        function __hss_words
            set -l words (commandline -opc) (commandline -ct)
            command $words[1] complete-words -- $words[2..-1] 2>/dev/null
        end
        complete -c hss -a '(__hss_words)'

        """;

    public static Command Create(Surroundings around) => Command("completion", "Prints a completion script for a shell.",
        Script("bash", Bash, around), Script("zsh", Zsh, around), Script("fish", Fish, around));

    public static Command CreateWords(Func<Command> root, Surroundings around)
    {
        var words = new Argument<string[]>("WORD") { Arity = ArgumentArity.ZeroOrMore };
        var command = Command(Words, "What may come next.", words);
        command.Hidden = true;
        command.SetAction(parse =>
        {
            foreach (var (word, what) in Next(root(), parse.GetValue(words) ?? [])) around.Output.Write($"{word}\t{what}\n");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Candidates for the last of the words, which may be empty.</summary>
    public static IEnumerable<(string Word, string What)> Next(Command root, IReadOnlyList<string> words)
    {
        var unfinished = words.Count > 0 ? words[^1] : "";
        var (command, options) = (root, new List<Option>(root.Options.Where(option => option.Recursive)));
        Option? open = null;
        var given = 0; // arguments of the command
        foreach (var word in words.Take(words.Count - 1))
        {
            if (open is not null)
            {
                open = null;
                continue;
            }
            if (word.StartsWith('-')) open = Find(word) is { } option && TakesValue(option) ? option : null;
            else if (command.Subcommands.FirstOrDefault(one => one.Name == word) is { } next) command = next;
            else given++;
        }
        // A value: after its option, or after --option= in the same word.
        if (open is not null) return Candidates(Values(open, ""));
        if (unfinished.StartsWith("--", StringComparison.Ordinal) && unfinished.IndexOf('=', StringComparison.Ordinal) is var sign and > 0)
            return Find(unfinished[..sign]) is { } before ? Candidates(Values(before, unfinished[..(sign + 1)])) : [];
        // Options show only when asked for: most often it is the next verb that is wanted.
        if (unfinished.StartsWith('-')) return Candidates(command.Options.Union(options).Where(one => !one.Hidden).Select(one => (one.Name, one.Description ?? "")));
        return Candidates(command.Subcommands.Where(one => !one.Hidden).Select(one => (one.Name, one.Description ?? ""))
            .Concat(command.Arguments.Skip(given).Take(1).SelectMany(argument => argument.GetCompletions(CompletionContext.Empty)).Select(item => (item.Label, item.Detail ?? ""))));

        Option? Find(string name) => command.Options.Union(options).FirstOrDefault(one => one.Name == name || one.Aliases.Contains(name));

        IEnumerable<(string, string)> Candidates(IEnumerable<(string Word, string What)> all) =>
            all.Where(one => one.Word.StartsWith(unfinished, StringComparison.OrdinalIgnoreCase)).OrderBy(one => one.Word, StringComparer.Ordinal);
    }

    private static bool TakesValue(Option option) => option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool);

    private static IEnumerable<(string Word, string What)> Values(Option option, string before) =>
        option.GetCompletions(CompletionContext.Empty).Select(item => (before + item.Label, option.Description ?? ""));

    private static Command Script(string shell, string script, Surroundings around)
    {
        var command = Command(shell, $"Completion script for {shell}.");
        command.SetAction(_ =>
        {
            around.Output.Write(script.ReplaceLineEndings("\n"));
            return ExitCodes.Done;
        });
        return command;
    }
}

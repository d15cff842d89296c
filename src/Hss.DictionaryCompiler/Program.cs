using Hss.DictionaryCompiler;

// Reads every page and writes the code beside it. Run it from the root of the repository, or name the project's folder.
string project = args.Length > 0 ? args[0] : Path.Combine("src", "Hss.Diameter");
string dictionary = Path.Combine(project, "Dictionary");
if (!Directory.Exists(dictionary))
{
    Console.Error.WriteLine($"{dictionary}: no such folder. Mend: run this from the root of the repository or give the folder of Hss.Diameter.");
    return 2;
}

PageSet set = PageSet.Read(PageFiles.In(dictionary));
foreach (PageError error in set.Errors) Console.Error.WriteLine(error);
if (set.Errors.Count > 0) return 1;
int changed = PageFiles.Replace(Path.Combine(project, "Commands"), CodeWriter.Write(set));
Console.WriteLine($"{set.Pages.Count} pages, {set.Pages.Sum(page => page.Avps.Count)} AVPs, {set.Pages.Sum(page => page.Commands.Count)} commands; {changed} files changed.");
return 0;

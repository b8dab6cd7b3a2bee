using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Hexad.Options;

/// <summary>Save when at least so many changes were made and so much time has passed.</summary>
public readonly record struct SaveRule(long Seconds, int Changes);

/// <summary>The option save. In a file the lines add up, from the first on, which clears the defaults; one empty word clears all.</summary>
public sealed class SaveRules : IOptionValue<SaveRules>
{
    private SaveRules(SaveRule[] rules) => Rules = rules;

    public SaveRule[] Rules { get; }

    public static string? TryParse(ReadOnlySpan<string> words, SaveRules? old, OptionSource source, out SaveRules value)
    {
        value = old ?? new SaveRules([]);
        bool clears = words.Length == 1 && words[0].Length == 0;
        if (clears)
            words = [];
        if (words.Length % 2 != 0)
            return OptionErrors.BadSave;
        List<SaveRule> rules = [];
        if (source == OptionSource.FileAgain && !clears)
            rules.AddRange(value.Rules);
        for (int i = 0; i < words.Length; i += 2)
        {
            if (!Number(words[i], out long seconds) || seconds < 1 || !Number(words[i + 1], out long changes) || changes < 0)
                return OptionErrors.BadSave;
            rules.Add(new SaveRule(seconds, (int)Math.Min(changes, int.MaxValue)));
        }
        value = new SaveRules([.. rules]);
        return null;
    }

    public string Format() => string.Join(' ', Rules.Select(Line));

    public IEnumerable<string> FileLines() => Rules.Length == 0 ? ["\"\""] : Rules.Select(Line);

    private static string Line(SaveRule rule) =>
        rule.Seconds.ToString(CultureInfo.InvariantCulture) + " " + rule.Changes.ToString(CultureInfo.InvariantCulture);

    private static bool Number(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out value);
}

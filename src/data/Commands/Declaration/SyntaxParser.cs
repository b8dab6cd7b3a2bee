// Reads the syntax text of a command's declaration into its tree of arguments.
//
//   syntax  :=  item item …
//   item    :=  '[' item ']'                       may be left out
//            |  TOKEN item                         a word that stands before the argument
//            |  TOKEN                              a word alone; its name is the token in lower case
//            |  name                               a string
//            |  name ':' type                      string integer double key pattern unix-time
//            |  name ':' TOKEN                     a word alone with a name of its own
//            |  name ':(' item '|' item … ')'      one of these
//            |  name ':{' item item … '}'          all of these, in this order
//   and behind an item, in any order:
//            '+' may be repeated; '++' may be repeated, token and all; '=text' is shown in place of the name;
//            '@n' is found by key specification n; '^version' is there since; '~version' is out of favour since.
//
// A TOKEN begins with a capital letter or stands in single quotes ('=', '~', '*'). A TOKEN alone is followed by
// something that is no name, else the name would be taken for its argument: then give it a name, "nx:NX key:key".
// Arguments of type key belong to the key specifications in turn, those that are left over to the last.
//
// The same file is compiled into the generator, which parses every text at build time, so a text in a row is right.
using System;
using System.Collections.Generic;

namespace Hexad.Commands;

/// <summary>The parser; <see cref="TryParse"/> is its only entrance.</summary>
public sealed class SyntaxParser
{
    private readonly string text;
    private int at;
    private string? error;

    private SyntaxParser(string text) => this.text = text;

    /// <summary>Parses a syntax text; on failure the error says what is wrong and where.</summary>
    /// <param name="keySpecs">How many key specifications the command has.</param>
    public static bool TryParse(string text, int keySpecs, out CommandArgument[] arguments, out string? error)
    {
        SyntaxParser parser = new SyntaxParser(text);
        List<CommandArgument> items = parser.Items('\0');
        error = parser.error;
        arguments = error == null ? items.ToArray() : Array.Empty<CommandArgument>();
        if (error != null)
            return false;
        int keysSeen = 0;
        NumberKeys(arguments, keySpecs, ref keysSeen);
        return true;
    }

    private static void NumberKeys(CommandArgument[] arguments, int keySpecs, ref int keysSeen)
    {
        foreach (CommandArgument argument in arguments)
        {
            if (argument.Type == ArgumentType.Key)
            {
                if (argument.KeySpecIndex < 0)
                    argument.KeySpecIndex = Math.Min(keysSeen, keySpecs - 1);
                keysSeen++;
            }
            NumberKeys(argument.Parts, keySpecs, ref keysSeen);
        }
    }

    private List<CommandArgument> Items(char end)
    {
        List<CommandArgument> items = new List<CommandArgument>();
        HashSet<string> names = new HashSet<string>(StringComparer.Ordinal);
        while (error == null)
        {
            SkipBlanks();
            if (at == text.Length ? end == '\0' : text[at] == end)
                break;
            CommandArgument? item = Item();
            if (item == null)
                break;
            if (!names.Add(item.Name))
                Fail("two arguments are named '" + item.Name + "'");
            items.Add(item);
            if (end != ')')
                continue;
            SkipBlanks();
            if (at < text.Length && text[at] == '|')
                at++;
            else if (at == text.Length || text[at] != ')')
                Fail("'|' or ')' expected");
        }
        if (end != '\0' && error == null)
            at++;
        if (end == ')' && error == null && items.Count < 2)
            Fail("a choice needs two alternatives or more");
        return items;
    }

    private CommandArgument? Item()
    {
        if (at < text.Length && text[at] == '[')
            return OptionalItem();
        CommandArgument? item = StartsToken() ? TokenItem() : NamedItem(null);
        if (item != null)
            Suffixes(item);
        return item;
    }

    private CommandArgument? OptionalItem()
    {
        at++;
        SkipBlanks();
        CommandArgument? item = Item();
        if (item == null)
            return null;
        SkipBlanks();
        if (at == text.Length || text[at] != ']')
        {
            Fail("']' expected: brackets hold one item, several go into name:{…}");
            return null;
        }
        at++;
        item.Flags |= ArgumentFlags.Optional;
        Suffixes(item);
        return item;
    }

    private CommandArgument? TokenItem()
    {
        string? token = Token();
        if (token == null)
            return null;
        int mark = at;
        SkipBlanks();
        if (at > mark && StartsName())
            return NamedItem(token);
        at = mark;
        return new CommandArgument(token.ToLowerInvariant(), ArgumentType.PureToken) { Token = token };
    }

    private CommandArgument? NamedItem(string? token)
    {
        if (!StartsName())
        {
            Fail("a name or a token expected");
            return null;
        }
        string name = Name();
        if (at == text.Length || text[at] != ':')
            return new CommandArgument(name, ArgumentType.String) { Token = token };
        at++;
        if (at < text.Length && (text[at] == '(' || text[at] == '{'))
        {
            bool choice = text[at++] == '(';
            List<CommandArgument> parts = Items(choice ? ')' : '}');
            return new CommandArgument(name, choice ? ArgumentType.OneOf : ArgumentType.Block) { Token = token, Parts = parts.ToArray() };
        }
        if (!StartsToken())
            return Typed(name, token);
        string? alone = Token();
        if (token != null)
            Fail("a token before a token");
        return alone == null ? null : new CommandArgument(name, ArgumentType.PureToken) { Token = alone };
    }

    private CommandArgument? Typed(string name, string? token)
    {
        string type = StartsName() ? Name() : "";
        ArgumentType found = type switch
        {
            "string" => ArgumentType.String,
            "integer" => ArgumentType.Integer,
            "double" => ArgumentType.Double,
            "key" => ArgumentType.Key,
            "pattern" => ArgumentType.Pattern,
            "unix-time" => ArgumentType.UnixTime,
            _ => ArgumentType.Block,
        };
        if (found != ArgumentType.Block)
            return new CommandArgument(name, found) { Token = token };
        Fail("'" + type + "' is no type");
        return null;
    }

    private void Suffixes(CommandArgument item)
    {
        while (at < text.Length && error == null)
        {
            switch (text[at])
            {
                case '+':
                    at++;
                    bool token = at < text.Length && text[at] == '+';
                    if (token)
                        at++;
                    item.Flags |= token ? ArgumentFlags.Multiple | ArgumentFlags.MultipleToken : ArgumentFlags.Multiple;
                    break;
                case '=':
                    item.Display = Word("a text to show");
                    break;
                case '^':
                    item.Since = Word("a version");
                    break;
                case '~':
                    item.DeprecatedSince = Word("a version");
                    break;
                case '@':
                    string number = Word("a number");
                    if (number.Length != 1 || number[0] < '0' || number[0] > '9')
                        Fail("'@' wants the number of a key specification");
                    else
                        item.KeySpecIndex = number[0] - '0';
                    break;
                default:
                    return;
            }
        }
    }

    private string Word(string what)
    {
        int start = ++at;
        while (at < text.Length && (IsNamePart(text[at]) || text[at] == '.' || text[at] == ':'))
            at++;
        if (at == start)
            Fail(what + " expected");
        return text.Substring(start, at - start);
    }

    private string? Token()
    {
        int start = at;
        if (text[at] != '\'')
        {
            while (at < text.Length && IsNamePart(text[at]))
                at++;
            return text.Substring(start, at - start);
        }
        int end = text.IndexOf('\'', at + 1);
        if (end <= at + 1)
        {
            Fail("a quote that does not close, or holds nothing");
            return null;
        }
        at = end + 1;
        return text.Substring(start + 1, end - start - 1);
    }

    private string Name()
    {
        int start = at;
        while (at < text.Length && IsNamePart(text[at]))
            at++;
        return text.Substring(start, at - start);
    }

    private bool StartsToken() => at < text.Length && (text[at] == '\'' || (text[at] >= 'A' && text[at] <= 'Z'));

    private bool StartsName() => at < text.Length && ((text[at] >= 'a' && text[at] <= 'z') || (text[at] >= '0' && text[at] <= '9'));

    private static bool IsNamePart(char c) => (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';

    private void SkipBlanks()
    {
        while (at < text.Length && (text[at] == ' ' || text[at] == '\n'))
            at++;
    }

    private void Fail(string what) => error ??= what + ", at character " + at + " of \"" + text + "\"";
}

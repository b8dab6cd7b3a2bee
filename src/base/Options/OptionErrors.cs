// The reasons for which a value is refused. Clients and tests look for these texts, so they are Redis's to the letter.
namespace Hexad.Options;

internal static class OptionErrors
{
    public const string NotYesOrNo = "argument must be 'yes' or 'no'";
    public const string NotAnInteger = "argument couldn't be parsed into an integer";
    public const string NotMemory = "argument must be a memory value";
    public const string NotMemoryOrPercent = "argument must be a memory or percent value";
    public const string NotOctal = "argument couldn't be parsed as an octal number";
    public const string WrongCount = "wrong number of arguments";
    public const string UnbalancedQuotes = "Unbalanced quotes in configuration line";
    public const string BadDirective = "Bad directive or wrong number of arguments";
    public const string NoModuleValue = "Module config specified without value";
    public const string SentinelDirective = "sentinel directive while not in sentinel mode";
    public const string ReplicaOfInCluster = "replicaof directive not allowed in cluster mode";
    public const string BadSave = "Invalid save parameters";
    public const string BadLimitCount = "Wrong number of arguments in buffer limit configuration.";
    public const string BadLimitClass = "Invalid client class specified in buffer limit configuration.";
    public const string BadLimit = "Error in hard, soft or soft_seconds setting in buffer limit configuration.";
    public const string BadOomScore = "Invalid oom-score-adj-values, elements must be between -2000 and 2000.";
    public const string BadEventClass = "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
    public const string TooManyAddresses = "Too many bind addresses specified.";
    public const string BadMasterPort = "Invalid master port";
    public const string BadPercentiles = "Invalid latency-tracking-info-percentiles parameters";
    public const string PercentileRange = "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]";
    public const string SaveAndNoSave = "shutdown options SAVE and NOSAVE can't be used simultaneously";
    public const string DumpFileIsPath = "dbfilename can't be a path, just a filename";
    public const string AppendFileEmpty = "appendfilename can't be empty";
    public const string AppendFileIsPath = "appendfilename can't be a path, just a filename";
    public const string AppendDirEmpty = "appenddirname can't be empty";
    public const string AppendDirIsPath = "appenddirname can't be a path, just a dirname";
    public const string HostNameTooLong = "Hostnames must be less than 256 characters";
    public const string HostNameCharacters = "Hostnames may only contain alphanumeric characters, hyphens or dots";
    public const string NodeNameCharacters = "Announced human node name contained invalid character";
    public const string TitleTemplate = "template format is invalid or contains unknown variables";
    public const string BadLocale = "Invalid locale name";

    public const string NoAclUsers = "ACL users and ACL files are not available in this version, and what this line forbids would be allowed. Remove it; requirepass works";
    public const string NoAppendOnly = "Unable to turn on AOF. Check server logs.";

    public static string NotBetween(string min, string max) => "argument must be between " + min + " and " + max + " inclusive";

    public static string PercentTooGreat(long limit) => "percentage argument must be less or equal to " + limit;

    public static string NotOneOf(string[] words) => "argument(s) must be one of the following: " + string.Join(", ", words);
}

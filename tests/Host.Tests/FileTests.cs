using System;
using System.IO;
using System.Text;

using Hexad.Engine.Seam;

using Xunit;

namespace Hexad.Host.Tests;

/// <summary>The file operations that a node submits, done by the lanes and told back through the loop.</summary>
public sealed class FileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hexad-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private static FileWork Submit(ScriptedNode node, FileWork work)
    {
        node.Do(n => n.Host.Submit(work));
        Assert.StartsWith("done " + work.Verb, node.Next());
        return work;
    }

    [Fact]
    public void A_file_is_replaced_whole_and_nothing_is_left_beside_it()
    {
        using ScriptedNode node = new ScriptedNode("epoll").Start();
        foreach (string text in new[] { "first", "second and longer", "" })
        {
            FileWork done = Submit(node, new FileWork { Lane = Lane.State, Verb = FileVerb.Replace, Path = At("nodes.conf"), Bytes = Encoding.ASCII.GetBytes(text) });
            Assert.Equal(FileFault.None, done.Fault);
            Assert.Equal(text, File.ReadAllText(At("nodes.conf")));
        }

        Assert.Equal([At("nodes.conf")], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_file_that_cannot_be_written_leaves_the_old_one_and_says_why()
    {
        using ScriptedNode node = new ScriptedNode("epoll").Start();
        FileWork done = Submit(node, new FileWork { Lane = Lane.State, Verb = FileVerb.Replace, Path = At("no/such/folder"), Bytes = new byte[3] });
        Assert.Equal(FileFault.NotFound, done.Fault);
        Assert.Equal("No such file or directory", done.Error);
    }

    [Fact]
    public void Appended_bytes_are_read_back_from_any_place()
    {
        using ScriptedNode node = new ScriptedNode("epoll").Start();
        Submit(node, new FileWork { Lane = Lane.Log, Verb = FileVerb.Append, Path = At("log"), Bytes = "hello "u8.ToArray() });
        Assert.Equal(11, Submit(node, new FileWork { Lane = Lane.Log, Verb = FileVerb.Append, Path = At("log"), Bytes = "world"u8.ToArray() }).Size);
        Submit(node, new FileWork { Lane = Lane.Log, Verb = FileVerb.Sync, Path = At("log") });
        FileWork read = Submit(node, new FileWork { Lane = Lane.Log, Verb = FileVerb.Read, Path = At("log"), Offset = 6, MaxBytes = 3 });
        Assert.Equal("wor", Encoding.ASCII.GetString(read.Result));
        Assert.Equal(11, read.Size);
        Submit(node, new FileWork { Lane = Lane.Log, Verb = FileVerb.CutTo, Path = At("log"), Offset = 5 });
        Submit(node, new FileWork { Lane = Lane.Log, Verb = FileVerb.Append, Path = At("log"), Bytes = "!"u8.ToArray() });
        Submit(node, new FileWork { Lane = Lane.Log, Verb = FileVerb.Rename, Path = At("log"), OtherPath = At("old") });
        Assert.Equal("hello!", File.ReadAllText(At("old")));
        Assert.Equal(FileFault.NotFound, Submit(node, new FileWork { Lane = Lane.Log, Verb = FileVerb.Read, Path = At("log") }).Fault);
    }

    [Fact]
    public void Only_one_node_may_lock_a_file_until_it_ends()
    {
        FileWork Lock() => new() { Lane = Lane.State, Verb = FileVerb.Lock, Path = At("nodes.conf") };
        using ScriptedNode second = new ScriptedNode("epoll").Start();
        using (ScriptedNode first = new ScriptedNode("epoll").Start())
        {
            Assert.Equal(FileFault.None, Submit(first, Lock()).Fault);
            Assert.Equal(FileFault.Locked, Submit(second, Lock()).Fault);
        }

        Assert.Equal(FileFault.None, Submit(second, Lock()).Fault);
    }

    [Fact]
    public void Folders_are_made_and_listed_and_files_are_deleted()
    {
        using ScriptedNode node = new ScriptedNode("epoll").Start();
        for (int i = 0; i < 2; i++) Assert.Equal(FileFault.None, Submit(node, new FileWork { Lane = Lane.Log, Verb = FileVerb.MakeFolder, Path = At("aof") }).Fault);
        Submit(node, new FileWork { Lane = Lane.Log, Verb = FileVerb.Append, Path = At("aof/b"), Bytes = new byte[1] });
        Submit(node, new FileWork { Lane = Lane.Log, Verb = FileVerb.Truncate, Path = At("aof/a") });
        Assert.Equal(["a", "b"], Submit(node, new FileWork { Lane = Lane.Log, Verb = FileVerb.List, Path = At("aof") }).Names);
        for (int i = 0; i < 2; i++) Assert.Equal(FileFault.None, Submit(node, new FileWork { Lane = Lane.Log, Verb = FileVerb.Delete, Path = At("aof/b") }).Fault);
        Assert.Equal(["a"], Submit(node, new FileWork { Lane = Lane.Log, Verb = FileVerb.List, Path = At("aof") }).Names);
    }

    [Fact]
    public void The_work_of_a_lane_is_done_in_order_and_before_the_node_ends()
    {
        using ScriptedNode node = new ScriptedNode("epoll").Start();
        node.Do(n =>
        {
            for (int i = 0; i < 100; i++)
                n.Host.Submit(new FileWork { Lane = Lane.Log, Verb = FileVerb.Append, Path = At("order"), Bytes = new[] { (byte)i } });
            n.Host.Exit(3);
        });
        node.Join();
        Assert.Equal(3, node.ExitCode);
        byte[] bytes = File.ReadAllBytes(At("order"));
        Assert.Equal(100, bytes.Length);
        for (int i = 0; i < 100; i++) Assert.Equal((byte)i, bytes[i]);
    }
}

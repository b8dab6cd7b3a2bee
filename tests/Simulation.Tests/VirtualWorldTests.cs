using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Simulator.Virtual;
using Xunit;

namespace Hexad.Simulation.Tests;

public sealed class VirtualWorldTests
{
    private const long Second = 1_000_000;

    private static Process Start(World world, Machine machine, string name, Func<Process, EchoNode> make) =>
        new(world, machine, name, "/data/" + name, (process, _) => make(process));

    private static EchoNode NodeOf(Process process) => (EchoNode)process.Occupant;

    private static (World World, Process Server, Process Caller, Link Link) Pair(ulong seed = 1)
    {
        var world = new World(seed);
        Machine one = world.AddMachine("10.0.0.1"), two = world.AddMachine("10.0.0.2");
        Process server = Start(world, one, "server", p => new EchoNode(p) { ListenPort = 7000 });
        world.RunFor(Second);
        Link? link = null;
        Process caller = Start(world, two, "caller", p => new EchoNode(p) { OnStart = (node, _) => link = node.Call("10.0.0.1", 7000) });
        world.RunFor(Second);
        return (world, server, caller, link!);
    }

    [Fact]
    public void Bytes_go_there_and_back_whole_and_in_order()
    {
        (World world, _, Process caller, Link link) = Pair();
        var said = new StringBuilder();
        for (int i = 0; i < 2000; i++)
        {
            string text = $"number {i};";
            said.Append(text);
            NodeOf(caller).Say(link, text);
            if (i % 100 == 0) Wake(caller, world);
        }

        Wake(caller, world);
        world.RunFor(10 * Second);
        Assert.Equal(said.ToString(), NodeOf(caller).Heard[link].ToString());
    }

    [Fact]
    public void Nobody_listening_on_a_living_machine_refuses_at_once()
    {
        var world = new World(2);
        world.AddMachine("10.0.0.1");
        Machine two = world.AddMachine("10.0.0.2");
        Process caller = Start(world, two, "caller", p => new EchoNode(p) { OnStart = (node, _) => node.Call("10.0.0.1", 7000, 5000) });
        world.RunFor(Second / 10);
        Assert.Equal(["closed Refused"], NodeOf(caller).Events);
    }

    [Fact]
    public void A_machine_without_power_lets_connects_time_out()
    {
        var world = new World(3);
        Machine one = world.AddMachine("10.0.0.1");
        Machine two = world.AddMachine("10.0.0.2");
        one.PowerFailure();
        Process caller = Start(world, two, "caller", p => new EchoNode(p) { OnStart = (node, _) => node.Call("10.0.0.1", 7000, 3000) });
        world.RunFor(2 * Second);
        Assert.Empty(NodeOf(caller).Events);
        world.RunFor(2 * Second);
        Assert.Contains(NodeOf(caller).Events[0], new[] { "closed TimedOut", "closed Unreachable" });
    }

    [Fact]
    public void A_killed_process_closes_its_connections_and_a_machine_without_power_does_not()
    {
        (World world, Process server, Process caller, _) = Pair();
        server.Kill();
        world.RunFor(Second);
        Assert.Equal(["opened BusOutbound", "closed ClosedByPeer"], NodeOf(caller).Events);

        (world, server, caller, _) = Pair();
        server.Machine.PowerFailure();
        world.RunFor(30 * Second);
        Assert.Equal(["opened BusOutbound"], NodeOf(caller).Events);
    }

    [Fact]
    public void A_half_open_connection_is_reset_when_the_machine_is_back_and_hears_of_it()
    {
        (World world, Process server, Process caller, Link link) = Pair();
        server.Machine.PowerFailure();
        world.RunFor(Second);
        server.Machine.SwitchOn();
        NodeOf(caller).Say(link, "anybody there?");
        Wake(caller, world);
        world.RunFor(Second);
        Assert.Contains("closed Reset", NodeOf(caller).Events);
    }

    [Fact]
    public void What_a_partition_holds_back_arrives_after_it_even_from_a_closed_link()
    {
        (World world, Process server, Process caller, Link link) = Pair();
        world.Network.Cut(caller.Machine, server.Machine, 1);
        NodeOf(caller).Say(link, "late");
        Wake(caller, world);
        caller.Close(link, CloseMode.Now);
        Wake(caller, world);
        world.RunFor(10 * Second);
        Assert.Equal("", NodeOf(server).AllHeard());
        world.Network.Cut(caller.Machine, server.Machine, -1);
        world.RunFor(10 * Second);
        Assert.Equal("late", NodeOf(server).AllHeard());
        Assert.Contains("closed ClosedByPeer", NodeOf(server).Events);
        Assert.True(world.Counters[Counter.LateDeliveries] > 0);
    }

    [Fact]
    public void A_paused_process_hears_everything_when_it_goes_on()
    {
        (World world, Process server, Process caller, Link link) = Pair();
        server.Pause();
        NodeOf(caller).Say(link, "hello");
        Wake(caller, world);
        world.RunFor(10 * Second);
        Assert.Equal("", NodeOf(server).AllHeard());
        server.Resume();
        world.RunFor(Second);
        Assert.Equal("hello", NodeOf(server).AllHeard());
    }

    [Fact]
    public void A_full_window_stops_the_sender_until_the_receiver_reads()
    {
        (World world, Process server, Process caller, Link link) = Pair();
        NodeOf(server).Echoes = false;
        server.Pause();
        NodeOf(caller).Say(link, new string('x', 1 << 20));
        Wake(caller, world);
        world.RunFor(10 * Second);
        Assert.True(link.Output.Length > 1 << 19);
        server.Resume();
        world.RunFor(10 * Second);
        Assert.True(link.Output.IsEmpty);
        Assert.Equal(1 << 20, NodeOf(server).AllHeard().Length);
    }

    [Fact]
    public void Two_listeners_on_one_port_are_refused_with_the_systems_words()
    {
        var world = new World(4);
        Machine one = world.AddMachine("10.0.0.1");
        Start(world, one, "a", p => new EchoNode(p) { ListenPort = 7000 });
        Process b = Start(world, one, "b", p => new EchoNode(p) { ListenPort = 7000 });
        world.RunFor(Second);
        Assert.Equal(["cannot listen: Address already in use"], NodeOf(b).Events);
    }

    [Fact]
    public void A_replaced_file_is_the_old_or_the_new_one_after_a_crash_at_any_moment()
    {
        var seen = new HashSet<string>();
        for (ulong seed = 0; seed < 400; seed++)
        {
            var world = new World(seed);
            Machine machine = world.AddMachine("10.0.0.1");
            machine.Disk.Place("/data/a/conf", "old"u8);
            Start(world, machine, "a", p => new EchoNode(p)
            {
                OnStart = (_, _) => p.Submit(new FileWork { Lane = Lane.State, Verb = FileVerb.Replace, Path = "conf", Bytes = "new one"u8.ToArray() }),
            });
            world.RunFor(world.ChanceOfFaults.Below(20_000));
            if (seed % 2 == 0) machine.PowerFailure();
            else machine.Processes[0].Kill();
            string left = Encoding.ASCII.GetString(machine.Disk.Peek("/data/a/conf")!);
            Assert.Contains(left, new[] { "old", "new one" });
            seen.Add(left);
        }

        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public void An_append_is_torn_at_any_byte_by_a_power_failure_but_not_what_was_synced()
    {
        var lengths = new HashSet<int>();
        for (ulong seed = 0; seed < 200; seed++)
        {
            var world = new World(seed);
            Machine machine = world.AddMachine("10.0.0.1");
            machine.Disk.Place("/data/a/log", "synced"u8);
            Start(world, machine, "a", p => new EchoNode(p)
            {
                OnStart = (_, _) => p.Submit(new FileWork { Lane = Lane.Log, Verb = FileVerb.Append, Path = "log", Bytes = "0123456789"u8.ToArray() }),
            });
            world.RunFor(world.ChanceOfFaults.Below(300));
            machine.PowerFailure();
            byte[] left = machine.Disk.Peek("/data/a/log")!;
            Assert.StartsWith("synced", Encoding.ASCII.GetString(left));
            lengths.Add(left.Length);
        }

        Assert.True(lengths.Count > 8);
    }

    [Fact]
    public void A_lock_is_held_as_long_as_the_process_lives()
    {
        var world = new World(5);
        Machine machine = world.AddMachine("10.0.0.1");
        static void TakeLock(Process p) => p.Submit(new FileWork { Lane = Lane.State, Verb = FileVerb.Lock, Path = "/data/lock" });
        Process a = Start(world, machine, "a", p => new EchoNode(p) { OnStart = (_, _) => TakeLock(p) });
        world.RunFor(Second);
        Process b = Start(world, machine, "b", p => new EchoNode(p) { OnStart = (_, _) => TakeLock(p) });
        world.RunFor(Second);
        a.Kill();
        Process c = Start(world, machine, "c", p => new EchoNode(p) { OnStart = (_, _) => TakeLock(p) });
        world.RunFor(Second);
        Assert.Equal(["Lock None"], NodeOf(a).Events);
        Assert.Equal(["Lock Locked"], NodeOf(b).Events);
        Assert.Equal(["Lock None"], NodeOf(c).Events);
    }

    [Fact]
    public void Ticks_come_when_they_were_asked_for_on_a_clock_that_drifts()
    {
        var world = new World(6);
        Machine machine = world.AddMachine("10.0.0.1");
        var late = new List<long>();
        Process a = Start(world, machine, "a", p => new EchoNode(p)
        {
            OnStart = (node, now) => node.NextWake = now.Monotonic + 100,
            OnTick = (node, now) =>
            {
                late.Add(now.MonotonicUs % 1000);
                node.NextWake = now.Monotonic + 100;
            },
        });
        world.RunFor(100 * Second);
        Assert.InRange(late.Count, 980, 1001);
        Assert.Equal(ProcessState.Running, a.State);
    }

    [Fact]
    public void One_seed_gives_one_history_and_another_seed_another()
    {
        ulong Run(ulong seed)
        {
            (World world, _, Process caller, Link link) = Pair(seed);
            for (int i = 0; i < 50; i++)
            {
                NodeOf(caller).Say(link, $"message {i}");
                Wake(caller, world);
                world.RunFor(1000);
            }

            return world.Trace.Value;
        }

        Assert.Equal(Run(7), Run(7));
        Assert.NotEqual(Run(7), Run(8));
    }

    /// <summary>Effects of a node are carried out at the end of a batch; this makes the process have one.</summary>
    private static void Wake(Process process, World world)
    {
        NodeOf(process).NextWake = new MonotonicMs(0);
        process.Nudge();
        world.RunFor(200);
    }
}

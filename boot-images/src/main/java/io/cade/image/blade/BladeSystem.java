package io.cade.image.blade;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;

/**
 * Makes the initial file system of a server card: BusyBox under a supervisor, drivers, a Java
 * runtime of its own and the agent. All of it lives in memory: a card keeps nothing between two
 * boots and enrols anew at each (DESIGN §7). Stateless.
 */
public final class BladeSystem {
  /** Kernel command line: messages on the serial console, and no card that hangs for ever. */
  public static final String COMMAND_LINE = "console=ttyS0,115200 panic=10 quiet loglevel=4";

  /**
   * Libraries of the agent beside its own jar, by the beginning of their file names. Not Bouncy
   * Castle: the agent does without, and the JDK loads all of it when it looks for a provider that a
   * small runtime lacks.
   */
  private static final List<String> AGENT_JARS =
      List.of(
          "blade-agent-",
          "boot-images-",
          "commons-daemon-",
          "jackson-annotations-",
          "jackson-core-2",
          "jackson-databind-2",
          "jackson-dataformat-yaml-2",
          "jackson-datatype-jsr310-2",
          "jspecify-",
          "pi4j-core-",
          "slf4j-api-",
          "snakeyaml-");

  /**
   * Drivers: network cards of servers and virtual machines, the disks that a card reports, the
   * management bus. A kernel has only some of them as modules.
   */
  private static final List<String> DRIVERS =
      List.of(
          "virtio_pci",
          "virtio_net",
          "virtio_rng",
          "virtio_blk",
          "virtio_scsi",
          "e1000",
          "e1000e",
          "igb",
          "igc",
          "ixgbe",
          "i40e",
          "tg3",
          "bnx2",
          "bnxt_en",
          "r8169",
          "8139cp",
          "atlantic",
          "mlx4_en",
          "vmxnet3",
          "ena",
          "af_packet",
          "ahci",
          "sd_mod",
          "nvme",
          "i2c_dev",
          "i2c_i801");

  private static final List<String> APPLETS =
      List.of(
          "[",
          "basename",
          "cat",
          "chmod",
          "cp",
          "cut",
          "date",
          "dd",
          "df",
          "dirname",
          "dmesg",
          "echo",
          "env",
          "false",
          "free",
          "grep",
          "gunzip",
          "halt",
          "head",
          "hostname",
          "id",
          "init",
          "ip",
          "kill",
          "less",
          "ln",
          "ls",
          "lsmod",
          "mkdir",
          "mktemp",
          "modprobe",
          "mount",
          "mv",
          "nproc",
          "ping",
          "poweroff",
          "printf",
          "ps",
          "readlink",
          "reboot",
          "rm",
          "sed",
          "seq",
          "setsid",
          "sh",
          "sha256sum",
          "sleep",
          "sort",
          "stty",
          "sync",
          "tail",
          "test",
          "tftp",
          "top",
          "touch",
          "tr",
          "true",
          "udhcpc",
          "umount",
          "uname",
          "uniq",
          "uptime",
          "usleep",
          "wc",
          "wget");

  private static final List<String> SCRIPTS =
      List.of("agent", "lease", "lease-event", "start", "stop");

  private BladeSystem() {}

  /**
   * What it is made of.
   *
   * @param modules folder {@code lib/modules/VERSION} that belongs to the kernel
   * @param jdk home of a JDK with jlink
   * @param busybox program file
   * @param jars among them those of the agent; others are passed over
   */
  public record Ingredients(Path modules, Path jdk, Path busybox, List<Path> jars) {
    public Ingredients {
      jars = List.copyOf(jars);
    }
  }

  /**
   * What it says of itself.
   *
   * @param time of all files; a card whose clock is before it sets the clock to it
   */
  public record Label(String name, String version, long build, Instant time) {}

  /**
   * Writes the initial file system, compressed with gzip.
   *
   * @param scratch folder for intermediate files; the caller deletes it
   * @param progress told what takes long
   * @throws IOException when an ingredient is missing or a tool fails; the message says what to do
   */
  public static void write(
      Ingredients from, Label label, Path scratch, Consumer<String> progress, Path target)
      throws IOException {
    FileTree tree = new FileTree();
    tree.directory("tmp", 01777).directory("root", 0700);
    for (String each : List.of("dev", "proc", "sys", "run", "mnt", "var/lib")) {
      tree.directory(each, 0755);
    }
    // The supervisor's console before anything is mounted.
    tree.characterDevice("dev/console", 0600, 5, 1).characterDevice("dev/null", 0666, 1, 3);
    shell(tree, from.busybox());
    progress.accept("choosing drivers of kernel " + from.modules().getFileName());
    Set<String> drivers =
        KernelModules.in(from.modules())
            .addTo(tree, DRIVERS, Files.createDirectories(scratch.resolve("modules")));
    progress.accept(drivers.size() + " drivers; making the Java runtime");
    Path runtime = scratch.resolve("java");
    JavaRuntime.make(from.jdk(), runtime);
    JavaRuntime.addTo(tree, runtime);
    Path jars = Files.createDirectories(scratch.resolve("jars"));
    for (Path jar : agentJars(from.jars())) {
      Path plain = jars.resolve(jar.getFileName());
      PlainJar.write(jar, plain);
      tree.copy("opt/cade/lib/" + jar.getFileName(), 0644, plain);
    }
    settings(tree, label);
    progress.accept("packing the initial file system");
    pack(tree, label.time(), target);
  }

  /** The tree as the kernel takes it; nothing of this machine or of now is in the bytes. */
  static void pack(FileTree tree, Instant time, Path target) throws IOException {
    try (OutputStream file = Files.newOutputStream(target);
        GZIPOutputStream zip = new GZIPOutputStream(file, 1 << 16);
        OutputStream out = new BufferedOutputStream(zip, 1 << 16)) {
      CpioWriter.write(tree, time, out);
    }
  }

  private static void shell(FileTree tree, Path busybox) throws IOException {
    if (!Files.isExecutable(busybox)) {
      throw new IOException(
          "no BusyBox at " + busybox + "; install the package busybox or name one with --busybox");
    }
    String offered = "\n" + Tool.run(List.of(busybox.toString(), "--list"), Tool.Output.answer());
    for (String applet : APPLETS) {
      if (!offered.contains("\n" + applet + "\n")) {
        throw new IOException(
            busybox + " lacks the command " + applet + "; name another one with --busybox");
      }
      tree.link("bin/" + applet, "busybox");
    }
    tree.copy("bin/busybox", 0755, busybox.toRealPath());
    // Where the kernel looks for it when a device wants a driver.
    tree.link("sbin/modprobe", "../bin/busybox");
    new SharedLibraries(tree).addFor(busybox.toRealPath(), Set.of());
  }

  private static void settings(FileTree tree, Label label) throws IOException {
    tree.text("init", 0755, resource("init"));
    for (String script : SCRIPTS) {
      tree.text("etc/cade/" + script, 0755, resource(script));
    }
    tree.text("etc/cade/functions", 0644, resource("functions"));
    tree.text("etc/inittab", 0644, resource("inittab"));
    String facts =
        """
        IMAGE_NAME='%s'
        IMAGE_VERSION='%s'
        IMAGE_BUILD=%d
        IMAGE_TIME=%d
        """
            .formatted(label.name(), label.version(), label.build(), label.time().getEpochSecond());
    tree.text("etc/cade/image", 0644, facts);
    tree.text("etc/passwd", 0644, "root:x:0:0:root:/root:/bin/sh\n");
    tree.text("etc/group", 0644, "root:x:0:\n");
    tree.text("etc/hosts", 0644, "127.0.0.1 localhost\n");
    tree.text("etc/nsswitch.conf", 0644, "hosts: files dns\n");
  }

  private static List<Path> agentJars(List<Path> offered) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String wanted : AGENT_JARS) {
      List<Path> matching =
          offered.stream().filter(p -> p.getFileName().toString().startsWith(wanted)).toList();
      if (matching.size() != 1) {
        throw new IOException(
            "the agent needs one " + wanted + "*.jar, found " + matching + "; run ./cade build");
      }
      found.add(matching.getFirst());
    }
    return found;
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = BladeSystem.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("this program lacks its own file " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

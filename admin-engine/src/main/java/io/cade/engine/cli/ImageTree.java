package io.cade.engine.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The commands about boot images, their options and their help. */
final class ImageTree {
  static final String PROFILE = "--profile";
  static final String NAME = "--name";
  static final String VERSION = "--version";
  static final String BUILD = "--build";
  static final String MINIMUM_BUILD = "--minimum-build";
  static final String CREATED = "--created";
  static final String ARCHITECTURE = "--architecture";
  static final String KERNEL = "--kernel";
  static final String KERNEL_PACKAGE = "--kernel-package";
  static final String MODULES = "--modules";
  static final String INITRD = "--initrd";
  static final String ROOTFS = "--rootfs";
  static final String CMDLINE = "--cmdline";
  static final String LOADER = "--loader";
  static final String BUSYBOX = "--busybox";
  static final String CACHE = "--cache";
  static final String KEY = "--key";
  static final String OUT = "--out";
  static final String CA = "--ca";
  static final String USE = "--use";
  static final String ALLOW_OLDER = "--allow-older";

  private ImageTree() {}

  static void addTo(CommandTree tree, CommandSpec root) {
    CommandSpec image =
        tree.addGroup(
            root, "image", "Boot images of cards.", "image list", "image verify blade.img");
    if (!tree.isNamed("image")) {
      return;
    }
    addBuild(tree, image);
    tree.add(
            image,
            "show",
            new Action.ShowImage(),
            "What an image's file says of itself; proves nothing.",
            "image show blade.img",
            "image show blade.img --json")
        .addPositional(file());
    CommandSpec verify =
        tree.add(
            image,
            "verify",
            new Action.VerifyImage(),
            "Checks an image's signer, signature and every part.",
            "image verify blade.img",
            "image verify blade.img --ca authority.pem");
    verify.addPositional(file());
    verify.addOption(
        text(CA, "FILE", "Authority's certificate (PEM); else the one of the state directory."));
    CommandSpec load =
        tree.add(
            image,
            "import",
            new Action.ImportImage(),
            "Gives an image to the engine, which checks it. The first one is used at once.",
            "image import blade.img",
            "image import blade.img --use");
    load.addPositional(file());
    load.addOption(
        OptionSpec.builder(USE)
            .type(boolean.class)
            .description("Cards boot it from now on.")
            .build());
    tree.add(
        image,
        "list",
        new Action.Show("/api/v1/images", View.IMAGES),
        "Images that the engine has, newest build first.",
        "image list",
        "image list --json");
    CommandSpec use =
        tree.add(
            image,
            "use",
            new Action.UseImage(),
            "Cards boot this image from now on; running ones are not touched.",
            "image use blade:1.4",
            "image use 3fa1c09b --allow-older 'fan driver of 1.4 fails on chassis 2'");
    use.addPositional(image());
    use.addOption(
        text(ALLOW_OLDER, "REASON", "Use it though it is older; administrators only, on record."));
    tree.add(
            image,
            "remove",
            new Action.RemoveImage(),
            "Removes an image that is not in use.",
            "image remove blade:1.3")
        .addPositional(image());
  }

  private static void addBuild(CommandTree tree, CommandSpec image) {
    CommandSpec build =
        tree.add(
            image,
            "build",
            new Action.BuildImage(),
            "Builds a signed image; needs no engine. The same input gives the same bytes.",
            "image build --profile blade --name blade --version 1.4 --out blade.img",
            "image build --kernel vmlinuz --initrd initrd.gz --name rescue --version 2"
                + " --out rescue.img --key signer.pem");
    build.addOption(
        text(PROFILE, "PROFILE", "blade: a server card with its agent, made of this system."));
    build.addOption(text(KERNEL, "FILE", "Linux kernel."));
    build.addOption(
        text(
            KERNEL_PACKAGE,
            "NAME",
            "With a profile: Debian package of the kernel; linux-image-amd64 if not given."));
    build.addOption(text(MODULES, "DIR", "With a profile and --kernel: lib/modules/VERSION."));
    build.addOption(texts(INITRD, "FILE", "Initial file system; several are loaded in order."));
    build.addOption(text(ROOTFS, "FILE", "Root file system."));
    build.addOption(text(CMDLINE, "TEXT", "Kernel's command line."));
    build.addOption(
        texts(
            LOADER,
            "FILE",
            "Network boot program, served under its name; with a profile, else iPXE's of the"
                + " package ipxe."));
    build.addOption(text(BUSYBOX, "FILE", "With a profile: BusyBox; /bin/busybox if not given."));
    build.addOption(text(CACHE, "DIR", "Where kernels' packages are kept."));
    build.addOption(required(NAME, "NAME", "Letters, digits and . _ + -"));
    build.addOption(required(VERSION, "VERSION", "Of the same characters."));
    build.addOption(number(BUILD, "N", "Ascending; seconds of --created if not given."));
    build.addOption(number(MINIMUM_BUILD, "N", "Lowest build allowed after this one; 0."));
    build.addOption(
        text(CREATED, "INSTANT", "Part of the input; else SOURCE_DATE_EPOCH, else now."));
    build.addOption(text(ARCHITECTURE, "NAME", "x86_64 or aarch64; this machine's."));
    build.addOption(
        text(KEY, "FILE", "Signer's key and certificates (PEM); else the state directory's."));
    build.addOption(required(OUT, "FILE", "The image's file; replaced as a whole."));
  }

  private static picocli.CommandLine.Model.PositionalParamSpec file() {
    return CommandTree.argument("FILE", "The image's file.").build();
  }

  private static picocli.CommandLine.Model.PositionalParamSpec image() {
    return CommandTree.argument("IMAGE", "NAME:VERSION, or the beginning of its digest.").build();
  }

  private static OptionSpec text(String name, String label, String what) {
    return CommandTree.option(name, label, what).build();
  }

  private static OptionSpec required(String name, String label, String what) {
    return CommandTree.option(name, label, what).required(true).build();
  }

  private static OptionSpec texts(String name, String label, String what) {
    return CommandTree.option(name, label, what).type(String[].class).build();
  }

  private static OptionSpec number(String name, String label, String what) {
    return CommandTree.option(name, label, what).type(long.class).build();
  }
}

package io.cade.agent.run;

import io.cade.agent.run.ServiceProcesses.ServiceSpec;
import io.cade.agent.run.ServiceRuntimes.HowTo;
import io.cade.agent.wire.FilesForm;
import io.cade.agent.wire.MailSite;
import io.cade.agent.wire.ServicePorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Files served by the vsftpd of the card's operating system, as the package's configuration says.
 *
 * <p>An unprivileged vsftpd cannot confine visitors ({@code run_as_launching_user},
 * vsftpd.conf(5)): it would show them all that its user can read, the agent's keys with it. So it
 * is put into a root directory of its own that holds the files, the program and its libraries and
 * nothing else, by namespaces that any user may make (user_namespaces(7)). It has no capability
 * there, and its sessions end with it, since they are in its PID namespace.
 */
final class Vsftpd {
  private static final Path PROGRAM = Path.of("/usr/sbin/vsftpd");

  /** As whom it runs where the agent is root: Debian's package makes this user. */
  private static final String USER = "ftp";

  /** In the service's directory as root: gives that away and steps down. */
  private static final String STEP_DOWN =
      """
      chown -R "$1:nogroup" . &&
      exec setpriv --reuid="$1" --regid=nogroup --clear-groups --no-new-privs \
        sh -c "$2" sh "$3" "$4"
      """;

  /** Carries out the words $1 with $2 in namespaces of their own; these end with it. */
  private static final String APART =
      """
      trap 'exec 2>/dev/null; kill -KILL "$apart"; wait "$apart"; exit 0' TERM
      unshare --user --map-root-user --mount --pid --fork --kill-child sh -c "$1" sh "$2" 2>&1 &
      apart=$!
      wait "$apart"
      """;

  /**
   * Makes the root directory and serves in it. Nothing in it can be listed but the files, and
   * nothing written but into {@code incoming}, where there are $1 MiB. What is wrong vsftpd says at
   * its standard input, where it expects the visitor.
   */
  private static final String CONFINED =
      """
      set -e
      umask 022
      mount -t tmpfs -o mode=0755,size=256k none /mnt
      mkdir /mnt/etc /mnt/empty /mnt/pub
      programs='/usr/sbin/vsftpd /usr/bin/setpriv'
      for file in $programs $(ldd $programs |
          sed -n 's/.*=> \\(\\/[^ ]*\\) .*/\\1/p; s/^[[:space:]]*\\(\\/[^ ]*\\) .*/\\1/p'); do
        if [ ! -e "/mnt$file" ]; then
          mkdir -p "/mnt${file%/*}"
          : > "/mnt$file"
          mount --bind "$file" "/mnt$file"
        fi
      done
      echo 'ftp:x:0:0::/pub:/bin/false' > /mnt/etc/passwd
      cat vsftpd.conf > /mnt/etc/cade-vsftpd.conf
      find /mnt -xdev -type d -exec chmod 0111 {} +
      mount -c --bind pub /mnt/pub
      mount -c -o remount,bind,ro,nosuid,nodev,noexec /mnt/pub
      if [ "$1" != 0 ]; then
        mount -t tmpfs -o "mode=0755,size=$1m,nr_inodes=10k,nosuid,nodev,noexec" none /mnt/pub/incoming
      fi
      exec unshare --root=/mnt --wd=/ /usr/bin/setpriv --no-new-privs --inh-caps=-all \
        --bounding-set=-all /usr/sbin/vsftpd /etc/cade-vsftpd.conf 0>&1
      """;

  private Vsftpd() {}

  static HowTo runtime(ServiceSpec spec) throws IOException {
    if (!Files.isExecutable(PROGRAM)) {
      throw new IOException(
          "this card has no vsftpd: have its device model install the package vsftpd (Debian)");
    }
    ScratchDirectory.fresh(spec.scratch());
    Path scratch = spec.scratch().toAbsolutePath();
    Path files = scratch.resolve("pub");
    copy(spec.content().resolve(MailSite.FILES), files);
    Files.createDirectories(files.resolve(MailSite.INCOMING));
    Files.writeString(
        scratch.resolve(MailSite.VSFTPD),
        MailSite.placed(
            Files.readString(spec.content().resolve(MailSite.VSFTPD)),
            new InetSocketAddress(
                spec.address().getAddress(), ServicePorts.ftp(spec.address().getPort())),
            "/",
            "ftp",
            "ftp"));
    String upload = Integer.toString(form(spec.content()).uploadMib());
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c"));
    command.addAll(
        Processes.isRoot()
            ? List.of(STEP_DOWN, "sh", USER, APART, CONFINED, upload)
            : List.of(APART, "sh", CONFINED, upload));
    return new HowTo(command, Map.of(), false, scratch);
  }

  private static FilesForm form(Path content) throws IOException {
    Path file = content.resolve(FilesForm.FILE);
    if (!Files.exists(file)) {
      return FilesForm.standard();
    }
    try {
      if (Files.size(file) > 4L * FilesForm.MAX_LENGTH) {
        throw new IOException(FilesForm.FILE + " is too long");
      }
      return FilesForm.parse(Files.readString(file));
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    List<Path> found;
    try (Stream<Path> walk = Files.walk(from)) {
      found = walk.toList();
    }
    for (Path each : found) {
      Path target = to.resolve(from.relativize(each).toString());
      if (Files.isDirectory(each)) {
        Files.createDirectories(target);
      } else {
        Files.copy(each, target);
      }
    }
  }
}

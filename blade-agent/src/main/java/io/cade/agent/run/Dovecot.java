package io.cade.agent.run;

import io.cade.agent.run.ServiceProcesses.ServiceSpec;
import io.cade.agent.run.ServiceRuntimes.HowTo;
import io.cade.agent.wire.MailSite;
import io.cade.agent.wire.ServicePorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Mailboxes served by the Dovecot of the card's operating system, as the package's configuration
 * says. Dovecot wants mailboxes that it may write to, so it gets copies; the package stays as it
 * was signed.
 */
final class Dovecot {
  private static final Path PROGRAM = Path.of("/usr/sbin/dovecot");
  private static final Path POP3 = Path.of("/usr/lib/dovecot/pop3-login");

  /** As whom it runs where the agent is root: Debian's package makes this user. */
  private static final String USER = "dovecot";

  /** Where it finds its directory where the agent is root: those above are for root alone. */
  private static final String PLACE = "/mnt";

  /** In the service's directory as root: gives that away, shows it elsewhere, steps down. */
  private static final String STEP_DOWN =
      """
      chown -R "$1:$1" . &&
      exec unshare --mount --propagation private sh -c '
        mount -c --bind . "$2" && cd / &&
        exec setpriv --reuid="$1" --regid="$1" --clear-groups --no-new-privs \
          "$3" -F -c "$2/dovecot.conf"' sh "$@"
      """;

  private Dovecot() {}

  static HowTo runtime(ServiceSpec spec) throws IOException {
    if (!Files.isExecutable(PROGRAM) || !Files.isExecutable(POP3)) {
      throw new IOException(
          "this card has no Dovecot for POP3: have its device model install the package"
              + " dovecot-pop3d (Debian)");
    }
    ScratchDirectory.fresh(spec.scratch());
    Path scratch = spec.scratch().toAbsolutePath();
    for (String directory : List.of("base", "state")) {
      Files.createDirectory(scratch.resolve(directory));
    }
    copyMail(spec.content().resolve(MailSite.MAIL), scratch.resolve("boxes"));
    Files.copy(spec.content().resolve(MailSite.USERS), scratch.resolve(MailSite.USERS));
    PosixFileAttributes own = Files.readAttributes(scratch, PosixFileAttributes.class);
    boolean root = Processes.isRoot();
    try {
      Files.writeString(
          scratch.resolve(MailSite.DOVECOT),
          MailSite.placed(
              Files.readString(spec.content().resolve(MailSite.DOVECOT)),
              new InetSocketAddress(
                  spec.address().getAddress(), ServicePorts.pop3(spec.address().getPort())),
              root ? PLACE : scratch.toString(),
              root ? USER : own.owner().getName(),
              root ? USER : own.group().getName()));
    } catch (IllegalArgumentException e) {
      throw new IOException("Dovecot cannot run here: " + e.getMessage(), e);
    }
    List<String> command = new ArrayList<>();
    if (root) {
      command.addAll(List.of("/bin/sh", "-c", STEP_DOWN, "sh", USER, PLACE, PROGRAM.toString()));
    } else {
      command.addAll(
          List.of(PROGRAM.toString(), "-F", "-c", scratch.resolve(MailSite.DOVECOT).toString()));
    }
    return new HowTo(command, Map.of(), false, scratch);
  }

  /** {@code mail/NAME/MESSAGE} becomes {@code boxes/NAME/new/MESSAGE} (maildir). */
  private static void copyMail(Path mail, Path boxes) throws IOException {
    Files.createDirectory(boxes);
    if (!Files.isDirectory(mail)) {
      return;
    }
    for (Path user : list(mail)) {
      Path box = boxes.resolve(user.getFileName());
      for (String part : List.of("cur", "new", "tmp")) {
        Files.createDirectories(box.resolve(part));
      }
      for (Path message : list(user)) {
        Files.copy(message, box.resolve("new").resolve(message.getFileName()));
      }
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    }
  }
}

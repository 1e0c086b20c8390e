package io.cade.engine.provision;

import io.cade.agent.wire.MailSite;
import io.cade.agent.wire.ServicePorts;
import io.cade.engine.model.ServiceDefinition;
import io.cade.image.PackageBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Mailboxes served by Dovecot over POP3: the content says in {@code users} who may log in, and has
 * the messages in {@code mail/NAME}. The configuration is written here, whole: what a user uploads
 * is data, never a part of Dovecot's language.
 */
public final class DovecotPlugin implements ServicePlugin {
  private static final Set<String> TOP = Set.of(MailSite.MAIL, MailSite.USERS);
  private static final int MAX_USERS = 1_000;

  /** What POP3 calls a message by (UIDL, RFC 1939 §7: 1 to 70 characters), and maildir a file. */
  private static final Pattern MESSAGE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  /** crypt(5): SHA-512, SHA-256, bcrypt, yescrypt. None of them holds a sign of the file's own. */
  private static final Pattern HASH =
      Pattern.compile("\\$(5|6|y|2[aby])\\$[A-Za-z0-9./$=]{20,200}");

  @Override
  public String kind() {
    return ServicePorts.DOVECOT;
  }

  @Override
  public Optional<String> objection(Set<String> files) {
    if (!files.contains(MailSite.USERS)) {
      return Optional.of(
          "a dovecot service needs users in its content, with a line NAME:HASH for each mailbox");
    }
    for (String file : new TreeSet<>(files)) {
      String[] parts = file.split("/", -1);
      if (!TOP.contains(parts[0]) || (parts.length == 1 && !file.equals(MailSite.USERS))) {
        return Optional.of(
            "a dovecot service has mail and users at the top of its content, not " + file);
      }
      if (parts[0].equals(MailSite.MAIL)
          && (parts.length != 3
              || !MailSite.NAME.matcher(parts[1]).matches()
              || !MESSAGE.matcher(parts[2]).matches())) {
        return Optional.of(
            "'"
                + file
                + "' is not mail/NAME/MESSAGE, the name as in users, the message of 1 to 64"
                + " letters, digits and ._-");
      }
    }
    return Optional.empty();
  }

  @Override
  public Set<String> texts() {
    return Set.of(MailSite.USERS);
  }

  @Override
  public Optional<String> objection(Set<String> files, Map<String, String> texts) {
    try {
      Set<String> users = users(texts.getOrDefault(MailSite.USERS, ""));
      return files.stream()
          .filter(file -> file.startsWith(MailSite.MAIL + "/"))
          .map(file -> file.split("/", -1)[1])
          .filter(name -> !users.contains(name))
          .sorted()
          .findFirst()
          .map(name -> "there is mail for " + name + ", who is not in users");
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Who may log in; what is wrong with the file is said by the number of the line. */
  static Set<String> users(String text) throws IOException {
    Set<String> names = new TreeSet<>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isBlank()) {
        continue;
      }
      String where = "line " + (i + 1) + " of users";
      int colon = line.indexOf(':');
      String name = colon < 0 ? "" : line.substring(0, colon);
      if (!MailSite.NAME.matcher(name).matches()) {
        // Never the line itself: it may be a password.
        throw new IOException(
            where
                + " is not NAME:HASH, the name of 1 to 64 lower-case letters, digits and ._-,"
                + " not beginning with ._-");
      }
      if (!HASH.matcher(line.substring(colon + 1)).matches()) {
        throw new IOException(
            where
                + ": what stands for the password of "
                + name
                + " is no hash of it; make one with: openssl passwd -6");
      }
      if (!names.add(name)) {
        throw new IOException(where + ": " + name + " is there twice");
      }
    }
    if (names.isEmpty()) {
      throw new IOException("nobody is in users");
    }
    if (names.size() > MAX_USERS) {
      throw new IOException("more than " + MAX_USERS + " are in users");
    }
    return names;
  }

  @Override
  public void fill(ServiceDefinition service, Path content, PackageBuilder into)
      throws IOException {
    var _ = users(Files.readString(content.resolve(MailSite.USERS)));
    into.directory(content);
    into.file(MailSite.DOVECOT, configuration().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The same for all services. Failed logins do not slow down who comes next: all come from the
   * proxies, which see to that (docs/proxy.md). TLS, too, is the proxies'.
   */
  static String configuration() {
    return """
    protocols = pop3
    listen = @ADDRESS@
    base_dir = @SCRATCH@/base
    state_dir = @SCRATCH@/state
    log_path = /dev/stderr
    info_log_path = /dev/null
    log_timestamp =
    default_internal_user = @USER@
    default_internal_group = @GROUP@
    default_login_user = @USER@
    first_valid_uid = 1
    first_valid_gid = 1
    mail_uid = @USER@
    mail_gid = @GROUP@
    mail_location = maildir:@SCRATCH@/boxes/%u
    mail_max_userip_connections = 50
    ssl = no
    disable_plaintext_auth = no
    auth_mechanisms = plain
    auth_failure_delay = 0
    login_greeting = POP3
    pop3_uidl_format = %f
    pop3_lock_session = no
    default_vsz_limit = 256 M
    passdb {
      driver = passwd-file
      args = scheme=CRYPT username_format=%u @SCRATCH@/users
    }
    userdb {
      driver = static
      args = uid=@USER@ gid=@GROUP@ home=@SCRATCH@/boxes/%u
    }
    service pop3-login {
      chroot =
      service_count = 0
      process_limit = 2
      client_limit = 500
      inet_listener pop3 {
        port = @PORT@
      }
      inet_listener pop3s {
        port = 0
      }
    }
    service pop3 {
      process_limit = 500
    }
    service anvil {
      chroot =
      unix_listener anvil-auth-penalty {
        mode = 0
      }
    }
    """;
  }
}

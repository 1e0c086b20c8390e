package io.cade.engine.provision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.FilesForm;
import io.cade.agent.wire.MailSite;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an order of mailboxes or files has to be like, and in which words it is refused. */
final class MailPluginsTest {
  private static final String HASH = "$6$cade$" + "a".repeat(86);

  private final DovecotPlugin dovecot = new DovecotPlugin();
  private final VsftpdPlugin vsftpd = new VsftpdPlugin();

  @Test
  void anOrderOfMailboxesIsTaken() {
    Set<String> files = Set.of("users", "mail/ann/1.eml", "mail/bob.b/hello");
    assertThat(dovecot.objection(files)).isEmpty();
    assertThat(
            dovecot.objection(files, Map.of("users", "ann:" + HASH + "\n\nbob.b:" + HASH + "\n")))
        .isEmpty();
    assertThat(dovecot.texts()).containsExactly("users");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mail/ann/1.eml | a dovecot service needs users in its content",
        "users,index.html | has mail and users at the top of its content, not index.html",
        "users,dovecot.conf | has mail and users at the top of its content, not dovecot.conf",
        "users,mail | has mail and users at the top of its content, not mail",
        "users,mail/1.eml | 'mail/1.eml' is not mail/NAME/MESSAGE",
        "users,mail/Ann/1.eml | 'mail/Ann/1.eml' is not mail/NAME/MESSAGE",
        "users,mail/ann/a b | 'mail/ann/a b' is not mail/NAME/MESSAGE",
        "users,mail/ann/.hidden | 'mail/ann/.hidden' is not mail/NAME/MESSAGE",
        "users,mail/ann/cur/1 | 'mail/ann/cur/1' is not mail/NAME/MESSAGE",
      })
  void filesThatMailboxesDoNotHaveAreNamed(String files, String words) {
    assertThat(dovecot.objection(Set.of(files.split(",", -1))).orElse("")).contains(words);
  }

  @Test
  void whatIsWrongWithUsersIsSaidByItsLineAndWithoutThePassword() {
    assertThat(users("ann:" + HASH + "\nbob:secret"))
        .contains(
            "line 2 of users: what stands for the password of bob is no hash", "openssl passwd -6")
        .doesNotContain("secret");
    assertThat(users("bob:{PLAIN}secret")).contains("is no hash").doesNotContain("secret");
    assertThat(users("bob:" + HASH + ":0:0::/:/bin/sh")).contains("is no hash");
    assertThat(users("just a secret"))
        .contains("line 1 of users is not NAME:HASH")
        .doesNotContain("secret");
    assertThat(users("../x:" + HASH)).contains("line 1 of users is not NAME:HASH");
    assertThat(users("ann:" + HASH + "\nann:" + HASH))
        .isEqualTo("line 2 of users: ann is there twice");
    assertThat(users("\n")).isEqualTo("nobody is in users");
    assertThat(dovecot.objection(Set.of("users", "mail/eve/1"), Map.of("users", "ann:" + HASH)))
        .contains("there is mail for eve, who is not in users");
  }

  private String users(String text) {
    return dovecot.objection(Set.of("users"), Map.of("users", text)).orElse("");
  }

  @Test
  void anOrderOfFilesIsTaken() {
    Set<String> files = Set.of("ftp/a/b.txt", "files.properties");
    assertThat(vsftpd.objection(files)).isEmpty();
    assertThat(vsftpd.objection(files, Map.of())).isEmpty();
    assertThat(VsftpdPlugin.configuration(FilesForm.standard()))
        .contains("write_enable=NO", "pasv_min_port=40000", "pasv_max_port=40499")
        .contains("run_as_launching_user=YES", "local_enable=NO");
    assertThat(VsftpdPlugin.configuration(FilesForm.parse("upload=8\nclients=7")))
        .contains("write_enable=YES", "anon_upload_enable=YES", "max_clients=7")
        .doesNotContain("anon_other_write_enable", "anon_mkdir_write_enable");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "files.properties | a vsftpd service needs a file in ftp in its content",
        "ftp/a,vsftpd.conf | has ftp and files.properties at the top of its content, not vsftpd.conf",
        "ftp/a,users | not users: its files are for everybody",
        "ftp/a,ftp/incoming/b | ftp/incoming is where visitors put files",
      })
  void filesThatAreNotServedAreNamed(String files, String words) {
    assertThat(vsftpd.objection(Set.of(files.split(",", -1))).orElse("")).contains(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "upload=yes | upload is 'yes', not off or a number of MiB, 1 to 1024",
        "upload=5000 | upload is '5000', not off",
        "clients=0 | clients is '0', not a number, 1 to 2000",
        "passive-ports=21 | passive-ports is '21', not FIRST-LAST",
        "passive-ports=80-90 | passive-ports is '80-90', not FIRST-LAST",
        "passive-ports=40000-40003 | passive-ports is '40000-40003', not FIRST-LAST",
        "passive-ports=65000-70000 | passive-ports is '65000-70000', not FIRST-LAST",
        "anon_root=/ | 'anon_root' is none of clients, passive-ports, upload",
        "upload=1\\u000alocal_enable\\=YES | upload is '1",
      })
  void aFormThatIsWrongIsRefused(String form, String words) {
    assertThat(vsftpd.objection(Set.of("ftp/a"), Map.of(FilesForm.FILE, form)).orElse(""))
        .startsWith("files.properties: ")
        .contains(words);
  }

  @Test
  void aPlaceThatTheDaemonsLanguageCannotHoldIsRefused() {
    InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 110);
    assertThat(MailSite.placed("listen = @ADDRESS@ @PORT@ @USER@", address, "/a", "ann", "ann"))
        .isEqualTo("listen = 127.0.0.1 110 ann");
    for (String path : new String[] {"/a b", "/a\nb = c", "/%u", "/" + "a".repeat(80)}) {
      assertThatThrownBy(() -> MailSite.placed("@SCRATCH@", address, path, "ann", "ann"))
          .as(path)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}

package io.cade.engine.provision;

import io.cade.agent.wire.FilesForm;
import io.cade.agent.wire.MailSite;
import io.cade.agent.wire.ServicePorts;
import io.cade.engine.model.ServiceDefinition;
import io.cade.image.PackageBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Files served by vsftpd to everybody (anonymous FTP): the content has them in {@code ftp}, and may
 * say in {@code files.properties} how. The configuration is written here, whole. Users with
 * passwords are not offered: vsftpd asks PAM for them, which it can as root only.
 */
public final class VsftpdPlugin implements ServicePlugin {
  private static final Set<String> TOP = Set.of(MailSite.FILES, FilesForm.FILE);

  @Override
  public String kind() {
    return ServicePorts.VSFTPD;
  }

  @Override
  public Optional<String> objection(Set<String> files) {
    if (files.stream().noneMatch(file -> file.startsWith(MailSite.FILES + "/"))) {
      return Optional.of("a vsftpd service needs a file in ftp in its content");
    }
    String incoming = MailSite.FILES + "/" + MailSite.INCOMING;
    if (files.stream().anyMatch(f -> f.equals(incoming) || f.startsWith(incoming + "/"))) {
      return Optional.of(incoming + " is where visitors put files: have none there");
    }
    return files.stream()
        .filter(file -> !TOP.contains(file.split("/", 2)[0]) || file.equals(MailSite.FILES))
        .sorted()
        .findFirst()
        .map(file ->
            "a vsftpd service has "
                + MailSite.FILES
                + " and "
                + FilesForm.FILE
                + " at the top of its content, not "
                + file
                + (file.equals(MailSite.USERS) ? ": its files are for everybody" : ""));
  }

  @Override
  public Set<String> texts() {
    return Set.of(FilesForm.FILE);
  }

  @Override
  public Optional<String> objection(Set<String> files, Map<String, String> texts) {
    try {
      var _ = FilesForm.parse(texts.getOrDefault(FilesForm.FILE, ""));
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void fill(ServiceDefinition service, Path content, PackageBuilder into)
      throws IOException {
    Path form = content.resolve(FilesForm.FILE);
    FilesForm how;
    try {
      how = FilesForm.parse(Files.exists(form) ? Files.readString(form) : "");
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
    into.directory(content);
    into.file(MailSite.VSFTPD, configuration(how).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * For an unprivileged vsftpd in a root directory that holds what it needs and nothing else. Of
   * that, this configuration itself is not to be fetched: it has the card's address.
   */
  static String configuration(FilesForm how) {
    return """
    listen=YES
    listen_address=@ADDRESS@
    listen_port=@PORT@
    background=NO
    run_as_launching_user=YES
    ftp_username=@USER@
    nopriv_user=@USER@
    secure_chroot_dir=/empty
    seccomp_sandbox=NO
    isolate=NO
    isolate_network=NO
    tcp_wrappers=NO
    local_enable=NO
    anonymous_enable=YES
    anon_root=/pub
    deny_file={*cade-vsftpd*}
    anon_world_readable_only=NO
    anon_umask=022
    write_enable=%s
    anon_upload_enable=%s
    hide_ids=YES
    ftpd_banner=FTP
    port_enable=NO
    pasv_min_port=%d
    pasv_max_port=%d
    max_clients=%d
    idle_session_timeout=900
    xferlog_enable=NO
    """
        .formatted(
            how.uploadMib() > 0 ? "YES" : "NO",
            how.uploadMib() > 0 ? "YES" : "NO",
            how.passiveFirst(),
            how.passiveLast(),
            how.clients());
  }
}

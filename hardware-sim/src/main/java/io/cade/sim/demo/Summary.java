package io.cade.sim.demo;

import java.nio.file.Path;
import java.util.List;

/** What one may do with the running demonstration, with its own ports and paths. */
final class Summary {
  private Summary() {}

  /**
   * @param standardState directory that the commands take when none is named
   */
  static String text(
      DemoOptions options,
      PortPlan ports,
      DemoConfiguration configuration,
      List<Site> sites,
      Path standardState) {
    String state = options.state().equals(standardState) ? "" : " --state " + options.state();
    StringBuilder text =
        new StringBuilder(
            """

            visitors      http://127.0.0.1:%d/  https://127.0.0.1:%d/
            console, API  https://127.0.0.1:%d/  user operator, password in %s
                          certificate authority in %s
            SNMP          127.0.0.1:%d/udp; notifications go to 127.0.0.1:%d/udp
            cards boot by DHCP %d/udp, TFTP %d/udp, HTTP %d
            later         FTP %d and POP3 %d are not served yet
            all of this   %s

            to try:
            """
                .formatted(
                    ports.http(),
                    ports.https(),
                    ports.admin(),
                    configuration.secret("operator-password"),
                    configuration.caFile(),
                    ports.snmp(),
                    ports.trap(),
                    ports.dhcp(),
                    ports.tftp(),
                    ports.bootHttp(),
                    ports.ftp(),
                    ports.pop3(),
                    options.state().resolve("endpoints.json")));
    for (Site site : sites) {
      text.append(
          "  curl -H 'Host: %s' http://127.0.0.1:%d/\n".formatted(site.host(), ports.http()));
    }
    return text.append(
            """
              snmpwalk -v2c -c "$(cat %1$s)" 127.0.0.1:%2$d 1.3.6.1.4.1.32473
              snmpwalk -v3 -l authPriv -u operator -a SHA-256 -A "$(cat %3$s)" -x AES -X "$(cat %3$s)" 127.0.0.1:%2$d 1.3.6.1.2.1.1
              ./cade show cards%4$s
              ./cade sim pull 1.1%4$s
              ./cade alarm list%4$s
              ./cade sim insert 1.1%4$s
            """
                .formatted(
                    configuration.secret("snmp-community"),
                    ports.snmp(),
                    configuration.secret("snmp3-passphrase"),
                    state))
        .toString();
  }
}

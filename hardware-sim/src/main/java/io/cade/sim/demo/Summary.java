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
            FTP           ftp://127.0.0.1:%d/  POP3 pop3://127.0.0.1:%d/, in TLS %d
                          log in as USER@SITE; password of ann@www.shop.example in %s
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
                    ports.pop3s(),
                    configuration.visitorPassword(),
                    options.state().resolve("endpoints.json")));
    for (Site site : sites) {
      text.append(
          """
            curl -H 'Host: %1$s' http://127.0.0.1:%2$d/
            curl --http2 --cacert %3$s --resolve %1$s:%4$d:127.0.0.1 https://%1$s:%4$d/
          """
              .formatted(site.host(), ports.http(), configuration.caFile(), ports.https()));
      if (site.hosting()) {
        text.append(
            """
              curl --user anonymous@%1$s: ftp://127.0.0.1:%2$d/
              curl --ssl-reqd --cacert %3$s --connect-to %1$s:%2$d:127.0.0.1:%2$d --user "%4$s@%1$s:$(cat %5$s)" ftp://%1$s:%2$d/index.html
              curl --user "%4$s@%1$s:$(cat %5$s)" pop3://127.0.0.1:%6$d/1
            """
                .formatted(
                    site.host(),
                    ports.ftp(),
                    configuration.caFile(),
                    Site.VISITOR,
                    configuration.visitorPassword(),
                    ports.pop3()));
      }
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

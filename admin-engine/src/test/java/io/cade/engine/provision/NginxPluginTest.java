package io.cade.engine.provision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cade.agent.wire.NginxSite;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes nginx's configuration, judged by nginx itself. */
@Timeout(120)
final class NginxPluginTest {
  private final NginxPlugin plugin = new NginxPlugin();

  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"'' | false", "'compress=off\nlist=on\ncache=2h\n' | true"})
  void nginxAcceptsWhatIsWritten(String form, boolean notFound) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nginx")), "needs nginx (package nginx-light)");
    Path scratch = Files.createDirectory(dir.resolve("scratch"));
    Files.createDirectories(dir.resolve("content/www"));
    Path file =
        Files.writeString(
            dir.resolve("nginx.conf"),
            NginxSite.placed(
                NginxPlugin.configuration(form, notFound),
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 47_123),
                dir.resolve("content").toString(),
                scratch.toString()));
    Process nginx =
        new ProcessBuilder(
                "/usr/sbin/nginx",
                "-t",
                "-e",
                "stderr",
                "-p",
                scratch.toString(),
                "-c",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(nginx.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(nginx.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said).contains("test is successful").doesNotContain("[emerg]");
    assertThat(nginx.exitValue()).as(said).isZero();
  }

  @Test
  void theFormDecidesAndNothingElseOfIt() throws Exception {
    assertThat(NginxPlugin.configuration("", false))
        .contains("gzip on;", "autoindex off;")
        .doesNotContain("expires", "error_page");
    assertThat(NginxPlugin.configuration("cache = 5min\nlist=on\ncompress=off", true))
        .contains("gzip off;", "autoindex on;", "expires 300s;", "error_page 404 /404.html;");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cache=1h; } evil { | cache is '1h; } evil {', not a time",
        "list=yes | list is 'yes', not on or off",
        "include=/etc/shadow | 'include' is none of cache, compress, list",
      })
  void whatIsNotAValueIsRefused(String form, String words) {
    assertThatThrownBy(() -> NginxPlugin.configuration(form, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(words);
  }

  @Test
  void whatAnOrderNeedsIsSaidBeforeItIsAccepted() {
    assertThat(plugin.objection(Set.of("www/index.html", "site.properties"))).isEmpty();
    assertThat(plugin.objection(Set.of("index.html")))
        .contains("an nginx service needs www/index.html in its content");
    assertThat(plugin.objection(Set.of("www/index.html", "nginx.conf")))
        .contains(
            "an nginx service has www and site.properties at the top of its content, not"
                + " nginx.conf");
    assertThat(new JavaPlugin().objection(Set.of("service.jar"))).isEmpty();
    assertThat(new JavaPlugin().objection(Set.of("lib/a.jar"))).isPresent();
  }

  @Test
  void aPathThatNginxCannotHoldIsRefused() {
    assertThatThrownBy(() ->
            NginxSite.placed(
                "root @CONTENT@;",
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1),
                "/a\";include /etc/passwd;\"",
                "/b"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

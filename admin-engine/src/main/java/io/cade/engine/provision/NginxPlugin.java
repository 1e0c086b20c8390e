package io.cade.engine.provision;

import io.cade.agent.wire.NginxSite;
import io.cade.agent.wire.ServicePorts;
import io.cade.agent.wire.Setting;
import io.cade.engine.model.ServiceDefinition;
import io.cade.image.PackageBuilder;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Pages served by nginx: the content has them in {@code www}, and may say in {@code
 * site.properties} how. The configuration is written here, whole: what a user uploads is data,
 * never a part of nginx's language.
 */
public final class NginxPlugin implements ServicePlugin {
  private static final String FIRST_PAGE = "www/index.html";
  private static final String FORM = "site.properties";
  private static final Set<String> TOP = Set.of("www", FORM);
  private static final int MAX_FORM = 16 << 10;

  /** What visitors' browsers are told a file is; the rest is application/octet-stream. */
  private static final Map<String, String> TYPES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("text/html", "html htm"),
              Map.entry("text/css", "css"),
              Map.entry("text/plain", "txt"),
              Map.entry("text/javascript", "js mjs"),
              Map.entry("application/json", "json map"),
              Map.entry("application/xml", "xml"),
              Map.entry("application/pdf", "pdf"),
              Map.entry("application/zip", "zip"),
              Map.entry("application/wasm", "wasm"),
              Map.entry("image/svg+xml", "svg"),
              Map.entry("image/png", "png"),
              Map.entry("image/jpeg", "jpg jpeg"),
              Map.entry("image/gif", "gif"),
              Map.entry("image/webp", "webp"),
              Map.entry("image/avif", "avif"),
              Map.entry("image/x-icon", "ico"),
              Map.entry("font/woff2", "woff2"),
              Map.entry("font/woff", "woff"),
              Map.entry("audio/mpeg", "mp3"),
              Map.entry("video/mp4", "mp4"),
              Map.entry("video/webm", "webm")));

  @Override
  public String kind() {
    return ServicePorts.NGINX;
  }

  @Override
  public Optional<String> objection(Set<String> files) {
    if (!files.contains(FIRST_PAGE)) {
      return Optional.of("an nginx service needs " + FIRST_PAGE + " in its content");
    }
    return files.stream()
        .filter(file -> !TOP.contains(file.split("/", 2)[0]))
        .sorted()
        .findFirst()
        .map(file ->
            "an nginx service has www and " + FORM + " at the top of its content, not " + file);
  }

  @Override
  public void fill(ServiceDefinition service, Path content, PackageBuilder into)
      throws IOException {
    Path form = content.resolve(FORM);
    boolean notFound = Files.exists(content.resolve("www/404.html"));
    into.directory(content);
    into.file(
        NginxSite.CONFIGURATION,
        configuration(Files.exists(form) ? Files.readString(form) : "", notFound)
            .getBytes(StandardCharsets.UTF_8));
  }

  /** How the site is served. */
  private record Form(boolean compress, boolean list, @Nullable Duration cache) {
    static Form parse(String text) throws IOException {
      if (text.length() > MAX_FORM) {
        throw new IOException(FORM + " is longer than " + MAX_FORM + " characters");
      }
      Properties form = new Properties();
      try {
        form.load(new StringReader(text));
      } catch (IllegalArgumentException e) {
        throw new IOException(FORM + " cannot be read: " + e.getMessage(), e);
      }
      boolean compress = true;
      boolean list = false;
      Duration cache = null;
      for (String key : new TreeSet<>(form.stringPropertyNames())) {
        String value = form.getProperty(key, "").strip();
        switch (key) {
          case "compress" -> compress = flag(key, value);
          case "list" -> list = flag(key, value);
          case "cache" -> {
            cache = Setting.duration(value);
            if (cache == null) {
              throw new IOException(
                  FORM + ": cache is '" + value + "', not a time like 30s, 5min or 2h");
            }
          }
          default ->
              throw new IOException(FORM + ": '" + key + "' is none of cache, compress, list");
        }
      }
      return new Form(compress, list, cache);
    }

    private static boolean flag(String key, String value) throws IOException {
      return switch (value) {
        case "on" -> true;
        case "off" -> false;
        default -> throw new IOException(FORM + ": " + key + " is '" + value + "', not on or off");
      };
    }
  }

  static String configuration(String text, boolean notFound) throws IOException {
    Form form = Form.parse(text);
    StringBuilder types = new StringBuilder();
    TYPES.forEach(
        (type, ends) -> types.append("    ").append(type).append(' ').append(ends).append(";\n"));
    return """
    daemon off;
    worker_processes 1;
    error_log stderr warn;
    pid "@SCRATCH@/nginx.pid";
    events {
      worker_connections 1024;
    }
    http {
      types {
    %s  }
      default_type application/octet-stream;
      charset utf-8;
      access_log off;
      server_tokens off;
      sendfile on;
      tcp_nopush on;
      keepalive_timeout 65s;
      client_max_body_size 1m;
      client_header_timeout 20s;
      client_body_timeout 20s;
      send_timeout 60s;
      gzip %s;
      gzip_vary on;
      gzip_types text/css text/plain text/javascript application/json application/xml image/svg+xml;
      client_body_temp_path "@SCRATCH@/body";
      proxy_temp_path "@SCRATCH@/proxy";
      fastcgi_temp_path "@SCRATCH@/fastcgi";
      uwsgi_temp_path "@SCRATCH@/uwsgi";
      scgi_temp_path "@SCRATCH@/scgi";
      server {
        listen @LISTEN@;
        root "@CONTENT@/www";
        index index.html;
        autoindex %s;
        port_in_redirect off;
        absolute_redirect off;
        disable_symlinks on;
    %s%s    location = /.cade/health {
          default_type text/plain;
          return 200 "ok\\n";
        }
      }
    }
    """
        .formatted(
            types,
            form.compress() ? "on" : "off",
            form.list() ? "on" : "off",
            form.cache() == null ? "" : "    expires " + form.cache().toSeconds() + "s;\n",
            notFound ? "    error_page 404 /404.html;\n" : "");
  }
}

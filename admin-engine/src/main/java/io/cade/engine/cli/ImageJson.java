package io.cade.engine.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.cade.image.boot.BootImage;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;

/** An image's file in the words of the API. */
final class ImageJson {
  private ImageJson() {}

  /**
   * @param verified whether its signature was checked
   */
  static String of(Path file, BootImage image, String digest, String signer, boolean verified)
      throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("file", file.toString());
      out.writeStringField("name", image.name());
      out.writeStringField("version", image.version());
      out.writeNumberField("build", image.build());
      out.writeStringField("architecture", image.architecture());
      out.writeStringField("created", image.created().toString());
      out.writeNumberField("minimumBuild", image.minimumBuild());
      out.writeStringField("digest", digest);
      out.writeNumberField("bytes", image.bytes());
      out.writeStringField("signer", signer);
      out.writeBooleanField("verified", verified);
      out.writeArrayFieldStart("parts");
      for (BootImage.Part part : image.parts()) {
        out.writeStartObject();
        out.writeStringField("role", part.role().word());
        out.writeStringField("path", part.path());
        out.writeNumberField("size", part.size());
        out.writeStringField("sha256", part.sha256());
        out.writeEndObject();
      }
      out.writeEndArray();
      out.writeEndObject();
    }
    return text.toString();
  }
}

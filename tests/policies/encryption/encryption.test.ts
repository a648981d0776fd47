import {
  applicationEncryption,
  domainEncryption,
  variables,
  logGroupEncryption,
  streamEncryption,
  topicEncryption,
} from "../../../policies/encryption/encryption";
import { clearText } from "../../../policies/encryption/secrets";
import { change, unknownObject, unknownString } from "../../support/policy";
import { expectAccepted, expectRefused, expectUndecided, expectUnknown } from "../expectations";
import {
  application,
  applicationConfiguration,
  domain,
  lambda,
  logGroup,
  stream,
  topic,
} from "../fixtures";

const anyKey = { requireCustomerManagedKey: false };
const ownKey = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd";

describe("kinesis-stream-encryption", () => {
  it("accepts KMS with a key of one's own, known or not yet", async () => {
    await expectAccepted(streamEncryption, stream);
    await expectAccepted(streamEncryption, change(stream, { kmsKeyId: ownKey }));
    await expectAccepted(streamEncryption, change(stream, { kmsKeyId: "alias/trips" }));
  });

  it("refuses a stream that is not encrypted, said or unsaid", async () => {
    await expectRefused(
      streamEncryption,
      change(stream, { encryptionType: "NONE" }),
      "encryptionType is NONE; it must be KMS",
      anyKey,
    );
    await expectRefused(
      streamEncryption,
      change(stream, { encryptionType: undefined }),
      "encryptionType is not set",
      anyKey,
    );
  });

  it("refuses KMS without a key", async () => {
    for (const kmsKeyId of [undefined, ""]) {
      await expectRefused(
        streamEncryption,
        change(stream, { kmsKeyId }),
        "kmsKeyId is not set",
        anyKey,
      );
    }
  });

  it("refuses a key of AWS's unless that is enough", async () => {
    for (const kmsKeyId of [
      "alias/aws/kinesis",
      "arn:aws:kms:eu-central-1:123456789012:alias/aws/kinesis",
    ]) {
      const managed = change(stream, { kmsKeyId });
      await expectRefused(streamEncryption, managed, `kmsKeyId is ${kmsKeyId}`);
      await expectAccepted(streamEncryption, managed, anyKey);
    }
  });

  it("says in a preview that it cannot judge an unknown encryption type", async () => {
    await expectUnknown(
      streamEncryption,
      change(stream, { encryptionType: unknownString }),
      "encryptionType",
    );
  });
});

describe("flink-application-encryption", () => {
  const encryptedBy = (applicationEncryptionConfiguration: unknown) =>
    change(application, {
      applicationConfiguration: { ...applicationConfiguration, applicationEncryptionConfiguration },
    });

  it("accepts a key of one's own", async () => {
    await expectAccepted(applicationEncryption, application);
  });

  it("refuses a key of AWS's, said or unsaid, unless that is enough", async () => {
    for (const block of [undefined, { keyType: "AWS_OWNED_KEY" }]) {
      await expectRefused(applicationEncryption, encryptedBy(block), "keyType is");
      await expectAccepted(applicationEncryption, encryptedBy(block), anyKey);
    }
    await expectRefused(
      applicationEncryption,
      change(application, { applicationConfiguration: undefined }),
      "keyType is not set",
    );
  });

  it("refuses a key of one's own that is not named", async () => {
    await expectRefused(
      applicationEncryption,
      encryptedBy({ keyType: "CUSTOMER_MANAGED_KEY" }),
      "applicationEncryptionConfiguration.keyId is not set",
    );
  });
});

describe("opensearch-domain-encryption-at-rest", () => {
  it("accepts encryption with a key of one's own", async () => {
    await expectAccepted(domainEncryption, domain);
  });

  it("refuses a domain that is not encrypted, said or unsaid", async () => {
    for (const encryptAtRest of [undefined, {}, { enabled: false, kmsKeyId: ownKey }]) {
      await expectRefused(
        domainEncryption,
        change(domain, { encryptAtRest }),
        "encryptAtRest.enabled is",
        anyKey,
      );
    }
  });

  it("refuses the key of the service unless that is enough", async () => {
    const serviceKey = change(domain, { encryptAtRest: { enabled: true } });
    await expectRefused(domainEncryption, serviceKey, "encryptAtRest.kmsKeyId is not set");
    await expectAccepted(domainEncryption, serviceKey, anyKey);
  });

  it("says in a preview that it cannot judge an unknown block", async () => {
    await expectUnknown(
      domainEncryption,
      change(domain, { encryptAtRest: unknownObject }),
      "encryptAtRest",
    );
  });
});

describe("cloudwatch-log-group-encryption", () => {
  it("accepts a key of one's own and refuses none, unless none is needed", async () => {
    const without = change(logGroup, { kmsKeyId: undefined });
    await expectAccepted(logGroupEncryption, logGroup);
    await expectRefused(logGroupEncryption, without, "kmsKeyId is not set");
    await expectAccepted(logGroupEncryption, without, anyKey);
  });
});

describe("sns-topic-encryption", () => {
  it("accepts a key of one's own", async () => {
    await expectAccepted(topicEncryption, topic);
  });

  it("refuses a topic without a key, whosever it may be", async () => {
    await expectRefused(
      topicEncryption,
      change(topic, { kmsMasterKeyId: undefined }),
      "kmsMasterKeyId is not set",
      anyKey,
    );
  });

  it("refuses the key with which alarms cannot publish, unless that is enough", async () => {
    const managed = change(topic, { kmsMasterKeyId: "alias/aws/sns" });
    await expectRefused(topicEncryption, managed, "kmsMasterKeyId is alias/aws/sns");
    await expectAccepted(topicEncryption, managed, anyKey);
  });
});

describe("lambda-function-environment-encryption", () => {
  const withoutKey = change(lambda, { kmsKeyArn: undefined });

  it("accepts environment variables under a key of one's own", async () => {
    await expectAccepted(variables, lambda);
  });

  it("refuses environment variables without one, unless none is needed", async () => {
    await expectRefused(variables, withoutKey, "kmsKeyArn is not set");
    await expectAccepted(variables, withoutKey, anyKey);
  });

  it("asks for no key where there are no environment variables", async () => {
    await expectAccepted(variables, change(withoutKey, { environment: undefined }));
  });
});

describe("clear-text-secret", () => {
  const environment = (values: object) => change(lambda, { environment: { variables: values } });

  it("leaves to the update what is unknown under the name of a secret", async () => {
    const place = "environment.variables.PASSWORD";
    await expectUndecided(clearText, environment({ PASSWORD: unknownString }), place);
    await expectAccepted(clearText, environment({ STREAM: unknownString }));
    await expectRefused(
      clearText,
      environment({ PASSWORD: unknownString, API_KEY: "x" }),
      "API_KEY holds a secret",
    );
  });
});

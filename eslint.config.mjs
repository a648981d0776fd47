import js from "@eslint/js";
import pulumi from "@pulumi/eslint-plugin";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

const spreads = ["Object", "Array"].map((kind) => ({
  selector: `${kind}Expression > SpreadElement > ${kind}Expression`,
  message: "Write the elements themselves instead of spreading a literal.",
}));

const named = ":matches(Identifier[name=NAME], MemberExpression[property.name=NAME])".replaceAll(
  "NAME",
  "/^(workload|plugin)$/",
);
const comparedWorkloads = [
  `BinaryExpression[operator=/^[!=]=/]:has(> Literal):has(> ${named})`,
  `SwitchStatement:has(> .discriminant${named})`,
].map((selector) => ({
  selector,
  message: "Read it from workload.yaml or a table of plug-ins: no workload has a privilege.",
}));

// `in` and undefined let values through that the provider drops, such as an empty text.
const presence = ["BinaryExpression[operator='in']"]
  .concat(
    ["Identifier[name='undefined']", "Literal[raw='null']"].map(
      (one) => `BinaryExpression[operator=/^[!=]==?$/] > ${one}`,
    ),
  )
  .map((selector) => ({ selector, message: "Ask isSet or isPresent of engine/known.ts." }));

export default tseslint.config(
  {
    ignores: [
      "**/node_modules",
      "**/target",
      "**/dist",
      "coverage",
      ".tools",
      ".local",
      "**/*.generated.ts",
      // Compiled against the packages by a test.
      "template",
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      // Registering a resource is the effect; its variable is often not needed.
      "no-new": "off",
      "no-restricted-syntax": ["error", ...spreads],
      "no-restricted-imports": [
        "error",
        {
          paths: [
            { name: "aws-sdk", message: "Version 2 is out of support: use @aws-sdk/client-*." },
          ],
        },
      ],
    },
  },
  {
    files: ["**/*.{ts,tsx}"],
    ignores: ["tests/**"],
    rules: { "no-restricted-syntax": ["error", ...spreads, ...comparedWorkloads] },
  },
  {
    // The engine reads values for the policies in the other folders.
    files: ["policies/*/**/*.ts"],
    ignores: ["policies/engine/**"],
    rules: { "no-restricted-syntax": ["error", ...spreads, ...comparedWorkloads, ...presence] },
  },
  {
    files: ["infra/**/*.ts"],
    ignores: ["infra/network/network.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: [{ name: "@pulumi/awsx", message: "Only infra/network/network.ts imports awsx." }],
        },
      ],
    },
  },
  {
    files: ["infra/**/*.ts", "producer/**/*.ts"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          paths: [
            { name: "@pulumi/policy", message: "Only policies and tests import @pulumi/policy." },
          ],
        },
      ],
    },
  },
  {
    files: ["tests/**/*.ts"],
    rules: {
      // chai's assertions are expressions.
      "@typescript-eslint/no-unused-expressions": "off",
    },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
  {
    // Mocha reads its configuration before tsx is there.
    files: ["**/*.cjs"],
    languageOptions: {
      sourceType: "commonjs",
      globals: { require: "readonly", module: "writable" },
    },
  },
  prettier,
);

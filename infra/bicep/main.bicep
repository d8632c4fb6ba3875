import { prefixOf } from 'names.bicep'
import { settingsType, tokenAuthorityType } from 'settings.bicep'

targetScope = 'resourceGroup'

metadata name = 'FuncComet'
metadata description = 'Serverless long-poll push: a function app on Flex Consumption, its storage account, vault and monitoring, all reached by one user-assigned identity.'

@description('What the resources\' names begin with: 1 to 64 characters. Only the first 16 letters, digits and hyphens are used, in lower case. Default in main.bicepparam: azd\'s environment, else dev.')
@minLength(1)
@maxLength(64)
param environmentName string

// Regions with Flex Consumption on 2026-02-24, by Microsoft's template for it (Azure-Samples/functions-quickstart-dotnet-azd). Add yours if
// `az functionapp list-flexconsumption-locations` lists it by now.
@description('The region of every resource: one that has Flex Consumption. Default: the resource group\'s.')
@allowed([
  'australiaeast'
  'australiasoutheast'
  'brazilsouth'
  'canadacentral'
  'centralindia'
  'centralus'
  'eastasia'
  'eastus'
  'eastus2'
  'francecentral'
  'germanywestcentral'
  'italynorth'
  'japaneast'
  'koreacentral'
  'northcentralus'
  'northeurope'
  'norwayeast'
  'southafricanorth'
  'southcentralus'
  'southeastasia'
  'southindia'
  'spaincentral'
  'swedencentral'
  'uaenorth'
  'uksouth'
  'ukwest'
  'westcentralus'
  'westeurope'
  'westus'
  'westus2'
  'westus3'
])
param location string = any(resourceGroup().location)

@description('Memory of an instance in MB: 512, 2,048 or 4,096. You pay for it while the instance serves any request. Default: 2,048.')
param instanceMemoryMB (512 | 2048 | 4096) = 2048

@description('The most instances that are started on demand: 1 to 1,000. Always-ready instances come on top. Each holds polls up to 95 % of perInstanceConcurrency. All apps of a subscription in a region share a quota of 512,000 MB (250 cores) unless it is raised. Default: 40.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('The most requests that an instance serves at a time: 20 to 1,000. A held poll is one of them; 5 % are reserved for pushes and acknowledgements. Default: 1,000.')
@minValue(20)
@maxValue(1000)
param perInstanceConcurrency int = 1000

@description('Instances that always run, and that you always pay for: 0 to 1,000, but not 1 with zoneRedundant. Default: 0.')
@minValue(0)
@maxValue(1000)
param alwaysReadyInstances int = 0

@description('Whether instances and storage are spread over the region\'s availability zones. Two instances then always run, and you pay for them. To change this for an existing storage account, migrate the account first. Default: false.')
param zoneRedundant bool = false

@description('How a deployment replaces instances: RollingUpdate, one after the other, which is a preview, or Recreate, all at once. Default: RollingUpdate.')
param updateStrategy ('RollingUpdate' | 'Recreate') = 'RollingUpdate'

@description('Origins whose scripts may call the app, as https://app.example.com. Default: none, so that no page of another origin can call it.')
param allowedOrigins string[] = []

@description('The id of a Front Door profile (properties.frontDoorId, a GUID). Requests that do not come through it are then refused, except those from allowedSources. Default: empty, which means no Front Door.')
param frontDoorId string = ''

@description('The address ranges that may call the app, in CIDR notation, as 203.0.113.0/24. Default: none, which means that all may, or with frontDoorId only the Front Door.')
param allowedSources string[] = []

@description('Whether storage and vault can be reached only by private endpoints in a virtual network. The app itself stays public. Default: false.')
param privateNetwork bool = false

@description('The address range of that network: a /24. Default: 10.70.0.0/24.')
param networkAddressPrefix string = '10.70.0.0/24'

@description('The address of the app\'s package, a zip that anyone may read, which is deployed with the resources. In the azuredeploy.json of a release it is the release\'s. Default: none, so that the package is deployed afterwards.')
param packageUri string = ''

@description('The mail address that gets alerts: when the app does not answer, and about failed polls and pushes, dead letters, throttling and full instances. Default: empty, which means no alerts.')
param alertEmail string = ''

@description('What the resource group may cost in a month, in the subscription\'s currency, before mails go to budgetEmail. It stops nothing. Default: 0, which means no budget.')
@minValue(0)
param budgetAmount int = 0

@description('The mail address that is told when 80 % and 100 % of the budget are spent, and when the month is forecast to exceed it. Default: alertEmail.')
param budgetEmail string = alertEmail

@description('The most data that the workspace takes in a day, in GB. It then takes no more until the next day, and alerts on it are silent. Default: 0, which means no limit.')
@minValue(0)
param dailyQuotaGb int = 0

@description('Whether the host\'s log, the vault\'s audit log and the queues\' metrics go to the workspace. Default: false.')
param diagnosticLogs bool = false

@description('Settings of the app that differ from their defaults, by the names in docs/configuration.md. Default: none.')
param settings settingsType = {}

@description('Identity providers whose access tokens count as tokens of recipients. Default: none.')
param tokenAuthorities tokenAuthorityType[] = []

var suffix = uniqueString(resourceGroup().id, environmentName)
var prefix = prefixOf(environmentName)
var tags = {
  'azd-env-name': environmentName
}
// Names that are known before a deployment, so that what-if can evaluate the references to them.
var identityName = '${prefix}-identity'
var insightsName = '${prefix}-insights'
var storageName = 'fc${suffix}'
var vaultName = 'fc-${suffix}'
var appName = '${prefix}-${suffix}'
// The other 5 % are for pushes and acknowledgements. A much lower share would make the app answer 503 before the platform adds an instance.
var maxHeldPolls = perInstanceConcurrency * 95 / 100

module identity 'modules/identity.bicep' = {
  params: {
    name: identityName
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    workspaceName: '${prefix}-logs'
    insightsName: insightsName
    location: location
    tags: tags
    dailyQuotaGb: dailyQuotaGb
  }
}

module storage 'modules/storage.bicep' = {
  params: {
    name: storageName
    location: location
    tags: tags
    zoneRedundant: zoneRedundant
    private: privateNetwork
    diagnosticLogs: diagnosticLogs
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/keyvault.bicep' = {
  params: {
    name: vaultName
    location: location
    tags: tags
    private: privateNetwork
    diagnosticLogs: diagnosticLogs
    workspaceId: monitoring.outputs.workspaceId
  }
}

module roles 'modules/roles.bicep' = {
  params: {
    // It names the assignments (roles.bicep says why), so what-if does not show them.
    #disable-next-line what-if-short-circuiting
    principalId: identity.outputs.principalId
    storageName: storageName
    insightsName: insightsName
    vaultName: vaultName
  }
  dependsOn: [
    monitoring
    storage
    vault
  ]
}

module network 'modules/network.bicep' = if (privateNetwork) {
  params: {
    prefix: prefix
    location: location
    tags: tags
    addressPrefix: networkAddressPrefix
  }
}

module blobEndpoint 'modules/endpoint.bicep' = if (privateNetwork) {
  params: {
    name: '${prefix}-blob'
    location: location
    tags: tags
    targetId: storage.outputs.id
    service: 'blob'
    zoneName: 'privatelink.blob.${environment().suffixes.storage}'
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
  }
}

module queueEndpoint 'modules/endpoint.bicep' = if (privateNetwork) {
  params: {
    name: '${prefix}-queue'
    location: location
    tags: tags
    targetId: storage.outputs.id
    service: 'queue'
    zoneName: 'privatelink.queue.${environment().suffixes.storage}'
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
  }
}

module vaultEndpoint 'modules/endpoint.bicep' = if (privateNetwork) {
  params: {
    name: '${prefix}-vault'
    location: location
    tags: tags
    targetId: vault.outputs.id
    service: 'vault'
    zoneName: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
  }
}

module app 'modules/functionapp.bicep' = {
  params: {
    name: appName
    planName: '${prefix}-plan'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    blobUri: storage.outputs.blobUri
    queueUri: storage.outputs.queueUri
    packageContainerUri: storage.outputs.packageContainerUri
    packageUri: packageUri
    insightsName: insightsName
    vaultUri: vault.outputs.uri
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    perInstanceConcurrency: perInstanceConcurrency
    alwaysReadyInstances: zoneRedundant && alwaysReadyInstances == 1
      ? fail('alwaysReadyInstances is 1, which is one zone: with zoneRedundant set it to 0, for the two that the platform keeps, or to 2 or more')
      : alwaysReadyInstances
    zoneRedundant: zoneRedundant
    updateStrategy: updateStrategy
    allowedOrigins: allowedOrigins
    frontDoorId: frontDoorId
    allowedSources: allowedSources
    allowAvailabilityTest: !empty(alertEmail)
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    diagnosticLogs: diagnosticLogs
    workspaceId: monitoring.outputs.workspaceId
    maxHeldPolls: maxHeldPolls
    settings: settings
    tokenAuthorities: tokenAuthorities
  }
  // The app starts as soon as it exists, and uses the storage and the vault at once.
  dependsOn: [
    roles
    blobEndpoint
    queueEndpoint
    vaultEndpoint
  ]
}

module alerts 'modules/alerts.bicep' = if (!empty(alertEmail)) {
  params: {
    prefix: prefix
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
    appUrl: app.outputs.url
    email: alertEmail
    maxHeldPolls: maxHeldPolls
  }
}

module budget 'modules/budget.bicep' = if (budgetAmount > 0) {
  params: {
    name: '${prefix}-budget-${budgetAmount}-${uniqueString(budgetEmail)}'
    amount: budgetAmount
    email: empty(budgetEmail)
      ? fail('budgetAmount is set, but neither budgetEmail nor alertEmail: nobody would be told')
      : budgetEmail
  }
}

@description('The app\'s address, without /api.')
output FUNCCOMET_URL string = app.outputs.url

@description('The app\'s name.')
output FUNCCOMET_APP string = appName

@description('The storage account with the mailboxes.')
output FUNCCOMET_STORAGE_ACCOUNT string = storageName

@description('The vault with the keys that sign tokens.')
output FUNCCOMET_KEY_VAULT string = vaultName

@description('The workspace\'s name.')
param workspaceName string

@description('The component\'s name.')
param insightsName string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('The most data that the workspace takes in a day, in GB; 0 for no limit.')
param dailyQuotaGb int

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    retentionInDays: 30
    sku: {
      name: 'PerGB2018'
    }
    workspaceCapping: {
      dailyQuotaGb: dailyQuotaGb == 0 ? -1 : dailyQuotaGb
    }
    features: {
      disableLocalAuth: true
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

// A chart for each metric in docs/configuration.md.
resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(insights.id, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'FuncComet'
    category: 'workbook'
    sourceId: insights.id
    serializedData: loadTextContent('../workbook.json')
  }
}

@description('The workspace\'s resource id.')
output workspaceId string = workspace.id

@description('The resource id of the component that the app reports to.')
output insightsId string = insights.id
